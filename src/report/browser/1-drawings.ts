/** Drawings: they scroll by themselves; here they are moved by dragging, zoomed, and walked through by arrow keys. */
function startDrawing(figure: Element, signal: AbortSignal): void {
  const viewport = figure.querySelector<HTMLElement>('.viewport');
  const drawing = viewport?.querySelector('svg');
  if (!viewport || !drawing) return;
  figure.querySelector<HTMLElement>('.tools')?.removeAttribute('hidden');
  const width = Number(drawing.dataset['width']);
  const height = Number(drawing.dataset['height']);

  const zoomTo = (scale: number, at?: { x: number; y: number }) => {
    const now = scaleOf(drawing, width);
    const next = Math.max(0.05, Math.min(3, scale));
    const point = at ?? { x: viewport.clientWidth / 2, y: viewport.clientHeight / 2 };
    const left = (viewport.scrollLeft + point.x) * (next / now) - point.x;
    const top = (viewport.scrollTop + point.y) * (next / now) - point.y;
    drawing.setAttribute('width', String(Math.ceil(width * next)));
    drawing.setAttribute('height', String(Math.ceil(height * next)));
    viewport.scrollTo(left, top);
  };
  const fit = () =>
    zoomTo(Math.min(1, (viewport.clientWidth - 4) / width, Math.max(0.25, (viewport.clientHeight - 4) / height)));

  figure.addEventListener('click', (event) => {
    const kind = (event.target as Element).closest<HTMLElement>('[data-zoom]')?.dataset['zoom'];
    if (kind === 'in') zoomTo(scaleOf(drawing, width) * 1.25);
    if (kind === 'out') zoomTo(scaleOf(drawing, width) / 1.25);
    if (kind === 'fit') fit();
  });
  viewport.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const frame = viewport.getBoundingClientRect();
      const at = { x: event.clientX - frame.left, y: event.clientY - frame.top };
      zoomTo(scaleOf(drawing, width) * Math.exp(-event.deltaY / 300), at);
    },
    { passive: false },
  );
  moveByDragging(viewport, signal);
  walkByKeys(viewport);
  const best = viewport.querySelector('.box.best:last-of-type, .box.busy, .box.bad');
  if (best && (width > viewport.clientWidth || height > viewport.clientHeight)) centre(viewport, best);
}

function scaleOf(drawing: SVGElement, width: number): number {
  return Number(drawing.getAttribute('width')) / width;
}

function moveByDragging(viewport: HTMLElement, signal: AbortSignal): void {
  let from: { x: number; y: number; left: number; top: number } | undefined;
  let moved = false;
  viewport.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    from = { x: event.clientX, y: event.clientY, left: viewport.scrollLeft, top: viewport.scrollTop };
    moved = false;
  });
  const move = (event: PointerEvent) => {
    if (!from) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (!moved && Math.abs(dx) + Math.abs(dy) < 5) return;
    moved = true;
    viewport.classList.add('moves');
    viewport.scrollTo(from.left - dx, from.top - dy);
  };
  const end = () => {
    from = undefined;
    viewport.classList.remove('moves');
  };
  // The window outlives what it shows: a page that goes on for an hour is new thousands of times.
  window.addEventListener('pointermove', move, { signal });
  window.addEventListener('pointerup', end, { signal });
  viewport.addEventListener('dragstart', (event) => event.preventDefault());
  // What was dragged was not meant as a click.
  viewport.addEventListener('click', (event) => moved && event.preventDefault(), true);
}

/** One stop for the Tab key; from there arrow keys go to the nearest box in their direction. */
function walkByKeys(viewport: HTMLElement): void {
  const boxes = [...viewport.querySelectorAll<SVGAElement>('a.box')];
  if (boxes.length === 0) return;
  const places = boxes.map(placeOf);
  const goTo = (index: number) => {
    const box = boxes[index];
    if (!box) return;
    box.focus({ preventScroll: true });
    centre(viewport, box);
  };
  viewport.addEventListener('keydown', (event) => {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const at = boxes.indexOf(document.activeElement as SVGAElement);
    goTo(at < 0 ? 0 : nearest(places, at, way[0] ?? 0, way[1] ?? 0));
  });
}

function nearest(places: readonly { x: number; y: number }[], at: number, dx: number, dy: number): number {
  const from = places[at];
  if (!from) return 0;
  let found = at;
  let least = Infinity;
  places.forEach((place, index) => {
    const along = (place.x - from.x) * dx + (place.y - from.y) * dy;
    const across = Math.abs((place.x - from.x) * dy) + Math.abs((place.y - from.y) * dx);
    if (along > 1 && along + 2 * across < least) [found, least] = [index, along + 2 * across];
  });
  return found;
}

function placeOf(box: Element): { x: number; y: number } {
  const [x = 0, y = 0] = (box.getAttribute('transform') ?? '').match(/-?[\d.]+/g)?.map(Number) ?? [];
  return { x, y };
}

function centre(viewport: HTMLElement, box: Element): void {
  const frame = viewport.getBoundingClientRect();
  const place = box.getBoundingClientRect();
  viewport.scrollBy(
    place.left + place.width / 2 - frame.left - frame.width / 2,
    place.top + place.height / 2 - frame.top - frame.height / 2,
  );
}
