import { html } from '../html';
import type { Content, Html } from '../html';

/** How each state is marked: never by colour alone. */
export const MARKS: Readonly<Record<string, string>> = {
  completed: '✓',
  accepted: '✓',
  valid: '✓',
  running: '▶',
  paused: '‖',
  partial: '◐',
  failed: '✗',
  timed_out: '✗',
  terminated: '✗',
  cancelled: '⊘',
  invalid: '?',
  deferred: '↓',
  hopeless: '✗',
  skipped: '–',
  pending: '○',
  best: '★',
  verified: '★',
  expanded: '•',
  open: '○',
  leaf: '•',
  pruned: '✂',
};

/** The class that colours a state. */
export function tone(state: string): 'good' | 'bad' | 'busy' | 'warn' | 'quiet' | 'best' {
  if (['completed', 'accepted', 'valid', 'delivered'].includes(state)) return 'good';
  if (['failed', 'timed_out', 'terminated', 'hopeless'].includes(state)) return 'bad';
  if (state === 'running') return 'busy';
  if (['partial', 'paused', 'cancelled', 'invalid', 'deferred'].includes(state)) return 'warn';
  return state === 'best' || state === 'verified' ? 'best' : 'quiet';
}

/** A state in a word, with its mark. */
export function pill(state: string, word = state.replace(/_/g, ' ')): Html {
  return html`<span class="pill ${tone(state)}"><span aria-hidden="true">${MARKS[state] ?? '•'}</span> ${word}</span>`;
}

/** A part of a page under a heading of its own, which the table of contents leads to. */
export function section(id: string, title: string, content: Content, lead?: Content): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${lead ? html`<p class="lead">${lead}</p>` : ''}${content}
  </section>`;
}

/** A number that counts, with what it is. */
export function tile(label: string, value: Content, sub: Content = ''): Html {
  return html`<div class="tile">
    <dt>${label}</dt>
    <dd><strong>${value}</strong>${sub ? html`<span class="sub">${sub}</span>` : ''}</dd>
  </div>`;
}

/** A bar of so much of the whole, 0 to 1. The number itself stands beside it. */
export function bar(part: number, kind = 'accent', mark?: number): Html {
  const width = Math.max(0, Math.min(1, Number.isFinite(part) ? part : 0)) * 100;
  const at = mark === undefined ? undefined : Math.max(0, Math.min(1, mark)) * 100;
  return html`<svg class="bar" aria-hidden="true" focusable="false">
    <rect class="track" width="100%" height="100%" rx="3"></rect>
    <rect class="fill-${kind}" width="${width.toFixed(2)}%" height="100%" rx="3"></rect>
    ${at === undefined ? '' : html`<rect class="mark" x="${at.toFixed(2)}%" width="2" height="100%"></rect>`}
  </svg>`;
}

/** Parts of a whole as one bar: each with the class of its colour, its share from 0 to 1, and what it is in words. */
export function stackedBar(parts: readonly { kind: string; share: number; words: Content }[]): Html {
  let from = 0;
  const rects = parts.map(({ kind, share }) => {
    const width = share * 100;
    const rect = html`<rect class="${kind}" x="${from.toFixed(3)}%" width="${width.toFixed(3)}%" height="100%"></rect>`;
    from += width;
    return rect;
  });
  const key = parts.map(({ kind, words }) => html`<li><span class="swatch ${kind}"></span>${words}</li>`);
  return html`<svg class="bar stacked" aria-hidden="true" focusable="false">
      <rect class="track" width="100%" height="100%"></rect>
      ${rects}
    </svg>
    <ul class="key">
      ${key}
    </ul>`;
}

/** Facts, each under its name. */
export function factList(facts: readonly (readonly [name: string, value: Content])[]): Html {
  return html`<dl class="facts">
    ${facts.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

export type Column = { name: string; numeric?: boolean; hidden?: boolean };

/** A table that scrolls by itself where it is wide; a row is its cells, the first of which names it. */
export function table(caption: string, columns: readonly Column[], rows: readonly (Html | readonly Content[])[]): Html {
  const head = columns.map(
    ({ name, numeric, hidden }) =>
      html`<th scope="col" class="${numeric ? 'number' : ''}">
        ${hidden ? html`<span class="visually-hidden">${name}</span>` : name}
      </th>`,
  );
  const body = rows.map((row) => (isRow(row) ? row : tableRow(row, columns)));
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption class="visually-hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}

function isRow(row: Html | readonly Content[]): row is Html {
  return !Array.isArray(row);
}

/** One row; `id` makes it a place that links lead to, `state` and `text` what a filter goes by. */
export function tableRow(
  cells: readonly Content[],
  columns: readonly Column[],
  { id, state }: { id?: string; state?: string } = {},
): Html {
  const shown = cells.map((cell, index) =>
    index === 0
      ? html`<th scope="row">${cell}</th>`
      : html`<td class="${columns[index]?.numeric ? 'number' : ''}">${cell}</td>`,
  );
  if (id === undefined)
    return html`<tr>
      ${shown}
    </tr>`;
  return html`<tr id="${id}" data-state="${state ?? ''}" tabindex="-1">
    ${shown}
  </tr>`;
}

/** A moment: in words for people, exactly for programs. */
export function moment(milliseconds: number): Html {
  const iso = new Date(milliseconds).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

/** An id for an element: letters, digits and dashes, and as many ids as names. */
export function elementId(kind: string, name: string): string {
  return `${kind}-${name.replace(/[^A-Za-z0-9]/g, (character) => `_${character.codePointAt(0)?.toString(16)}`)}`;
}
