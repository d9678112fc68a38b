const POLL_MS = 1000;

/** Pages of a server that say so are looked at again every second; what a reader has opened and reached stays. */
function startLive(): void {
  const main = document.getElementById('main');
  const state = document.querySelector<HTMLElement>('[data-live]');
  if (!main || !state) return;
  let tag = state.dataset['live'] ?? '';
  const look = async () => {
    try {
      const answer = await fetch(location.href, { headers: { 'x-cadenza-part': 'main', 'if-none-match': tag } });
      if (answer.status === 401) return void (state.textContent = 'Signed out: open the printed address again.');
      if (answer.status === 200) {
        tag = answer.headers.get('etag') ?? '';
        takeNews(main, await answer.text());
      }
      const isOver = answer.headers.get('x-cadenza-over') === 'true';
      const isKnown = answer.status === 200 || answer.status === 304;
      state.textContent = isOver ? 'It has ended.' : isKnown ? 'Live' : 'Nothing new can be told now. Trying again.';
      if (isOver) return;
    } catch {
      state.textContent = 'The server does not answer. Trying again.';
    }
    setTimeout(() => void look(), document.hidden ? 5 * POLL_MS : POLL_MS);
  };
  setTimeout(() => void look(), POLL_MS);
}

/** New content in place of the old: open parts stay open, scrolled parts where they were, and the focus where it was. */
function takeNews(main: HTMLElement, markup: string): void {
  const parsed = new DOMParser().parseFromString(markup, 'text/html');
  const next = parsed.body;
  document.title = parsed.title;
  const before = main.querySelector('.sentence')?.textContent;
  const open = [...main.querySelectorAll('details')].map((one) => one.open);
  const scrolled = [...main.querySelectorAll<HTMLElement>('.viewport')].map(({ id, scrollLeft, scrollTop }) => {
    const drawing = document.getElementById(id)?.querySelector('svg');
    return {
      id,
      scrollLeft,
      scrollTop,
      width: drawing?.getAttribute('width'),
      height: drawing?.getAttribute('height'),
    };
  });
  const typed = [...main.querySelectorAll<HTMLInputElement>('.filter input')].map(({ value }) => value);
  const focus = placeOfFocus(main);
  main.replaceChildren(...next.childNodes);
  const details = [...main.querySelectorAll('details')];
  // Where something was added in between, what is open can not be told apart.
  if (details.length === open.length) details.forEach((one, index) => (one.open = open[index] ?? one.open));
  start();
  for (const { id, scrollLeft, scrollTop, width, height } of scrolled) {
    const viewport = document.getElementById(id);
    const drawing = viewport?.querySelector('svg');
    if (!viewport || !drawing) continue;
    if (width && height && width !== drawing.dataset['width']) {
      const scale = Number(width) / Number(drawing.dataset['width']);
      drawing.setAttribute('width', width);
      drawing.setAttribute('height', String(Math.ceil(Number(drawing.dataset['height']) * scale)));
    }
    viewport.scrollTo(scrollLeft, scrollTop);
  }
  main.querySelectorAll<HTMLInputElement>('.filter input').forEach((input, index) => {
    const value = typed[index] ?? '';
    if (value === '') return;
    input.value = value;
    input.dispatchEvent(new Event('input'));
  });
  focus?.(main);
  const after = main.querySelector('.sentence')?.textContent;
  const news = document.getElementById('news');
  if (news && after && after !== before) news.textContent = after;
}

/** A function that puts the focus back to what stands at the same place in new content. */
function placeOfFocus(main: HTMLElement): ((next: HTMLElement) => void) | undefined {
  const active = document.activeElement;
  if (!active || active === main || !main.contains(active)) return undefined;
  const box = active.getAttribute('data-box');
  const all = 'a, button, input, summary, [tabindex]';
  const index = [...main.querySelectorAll(all)].indexOf(active);
  return (next) => {
    const same = box === null ? next.querySelectorAll<HTMLElement>(all)[index] : findBox(next, box);
    same?.focus({ preventScroll: true });
  };
}

function findBox(main: HTMLElement, box: string): SVGAElement | undefined {
  return [...main.querySelectorAll<SVGAElement>('a.box')].find((one) => one.getAttribute('data-box') === box);
}
