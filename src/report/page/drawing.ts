import { attribute, html } from '../html';
import type { Content, Html } from '../html';
import type { Drawing, Line } from '../model/layout';
import { beginningOf, visibleText } from '../visible-characters';
import { MARKS, tone } from './parts';

/** What stands in a box of a drawing. */
export type BoxText = {
  id: string;
  title: string;
  lines: readonly string[];
  state: string;
  /** Where more about it is. */
  href: string;
  /** In words, for who does not see the drawing. */
  label: string;
};

/** Pixels that a character of a title and of a line takes, by which texts are cut. */
const CHARACTER = { title: 6.4, line: 5.7 };

/**
 * A drawing that scrolls, and is moved and zoomed by the script of the page. Its boxes lead to rows below, where all of
 * it stands in words: without script and for a screen reader nothing is lost.
 */
export function drawingFigure(
  id: string,
  { width, height, boxes, lines }: Drawing,
  texts: ReadonlyMap<string, BoxText>,
  { caption, best = new Set<string>(), legend = '' }: { caption: string; best?: ReadonlySet<string>; legend?: Content },
): Html {
  const shownLines = lines.map((line) => lineHtml(line, best.has(line.from) && best.has(line.to), texts));
  const shownBoxes = boxes.map((box) => {
    const text = texts.get(box.id);
    if (!text) return '';
    const left = box.x - box.width / 2;
    const top = box.y - box.height / 2;
    const roomFor = (pixels: number) => Math.floor((box.width - 34) / pixels);
    const rows = text.lines.map(
      (line, index) =>
        html`<text x="28" y="${36 + index * 15}" class="small">${fit(line, roomFor(CHARACTER.line))}</text>`,
    );
    return html`<a
      href="${text.href}"
      class="box ${tone(text.state)} state-${text.state}"
      data-box="${box.id}"
      data-state="${text.state}"
      tabindex="-1"
      aria-label="${text.label}"
      transform="translate(${left.toFixed(1)} ${top.toFixed(1)})"
      ><rect width="${box.width}" height="${box.height}" rx="7"></rect
      ><text x="10" y="20" class="mark-text">${MARKS[text.state] ?? ''}</text
      ><text x="28" y="20" class="title">${fit(text.title, roomFor(CHARACTER.title))}</text>${rows}</a
    >`;
  });
  return html`<figure class="drawing" data-drawing="${id}">
    <div class="tools" hidden>
      <button type="button" data-zoom="out" aria-label="Smaller">−</button>
      <button type="button" data-zoom="in" aria-label="Larger">+</button>
      <button type="button" data-zoom="fit">Fit</button>
      <span class="quiet">Drag to move; Ctrl and wheel to zoom; arrow keys go from box to box.</span>
    </div>
    <div class="viewport" id="${id}" role="group" aria-label="${caption}" tabindex="0">
      <svg
        role="presentation"
        width="${Math.ceil(width)}"
        height="${Math.ceil(height)}"
        viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"
        data-width="${Math.ceil(width)}"
        data-height="${Math.ceil(height)}"
      >
        <g class="lines" aria-hidden="true">${shownLines}</g>
        <g class="boxes">${shownBoxes}</g>
      </svg>
    </div>
    <figcaption>${caption}${legend ? html` ${legend}` : ''}</figcaption>
  </figure>`;
}

function lineHtml({ from, to, points }: Line, isBest: boolean, texts: ReadonlyMap<string, BoxText>): Html {
  const state = texts.get(to)?.state ?? '';
  const kind = isBest ? 'line best' : `line state-${state}`;
  return html`<path class="${kind}" d="${pathOf(points)}" ${attribute('data-line', `${from} ${to}`)}></path>`;
}

/** Two points are joined by a curve that leaves and arrives level; more by one that goes past all of them. */
function pathOf(points: Line['points']): string {
  const at = (x: number, y: number) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return '';
  if (points.length === 2) {
    const middle = (first.x + last.x) / 2;
    return `M${at(first.x, first.y)}C${at(middle, first.y)} ${at(middle, last.y)} ${at(last.x, last.y)}`;
  }
  const curves = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? point;
    const end = index === rest.length - 2 ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${at(point.x, point.y)} ${at(end.x, end.y)}`;
  });
  return `M${at(first.x, first.y)}${curves.join('')}`;
}

function fit(text: string, characters: number): string {
  const line = visibleText(text).replace(/\s+/g, ' ').trim();
  return line.length > characters ? `${beginningOf(line, Math.max(1, characters - 1))}…` : line;
}
