import { isContentReference } from '../../contracts/content';
import type { ContentReference } from '../../contracts/content';
import type { JsonObject, JsonValue } from '../../contracts/json';
import { shownBytes } from '../../core/shown-numbers';
import { html } from '../html';
import type { Html } from '../html';
import type { Texts } from '../texts';
import { beginningOf } from '../visible-characters';

/** Characters of a text that are seen without asking for more, and of one that a page holds at all. */
const SEEN = 700;
const HELD = 200_000;
const MOST_ENTRIES = 200;

/** Entries and characters that one value may still take up: lists in lists, each not long, may be long together. */
type Room = { entries: number; characters: number };
const ROOM: Room = { entries: 3_000, characters: 500_000 };

/** A value for reading: text as text, fields as a list, what is long behind a click. */
export function valueHtml(value: JsonValue, texts: Texts): Html {
  return within(value, texts, 0, { ...ROOM });
}

function within(value: JsonValue, texts: Texts, depth: number, room: Room): Html {
  if (isContentReference(value)) return referenceHtml(value, texts, depth, room);
  if (typeof value === 'string') return roomyText(value, room);
  if (value === null) return html`<span class="quiet">nothing</span>`;
  if (typeof value !== 'object') return html`<code>${String(value)}</code>`;
  if (depth > 4 || room.entries <= 0) return roomyText(JSON.stringify(value), room);
  const entries = Object.entries(value);
  if (entries.length === 0) return html`<span class="quiet">${Array.isArray(value) ? 'an empty list' : 'empty'}</span>`;
  const shown = entries.slice(0, MOST_ENTRIES);
  room.entries -= shown.length;
  const more =
    entries.length > shown.length ? html`<p class="quiet">and ${entries.length - shown.length} more</p>` : '';
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === 'string' && item.length <= 24) && value.length <= 12) {
      return html`${value.map((item) => html`<bdi class="tag">${item as string}</bdi> `)}`;
    }
    const items = shown.map(([, item]) => html`<li>${within(item, texts, depth + 1, room)}</li>`);
    return html`<ol class="list">
        ${items}
      </ol>
      ${more}`;
  }
  const fields = shown.map(
    ([name, item]) =>
      html`<dt>${name}</dt>
        <dd>${within(item, texts, depth + 1, room)}</dd>`,
  );
  return html`<dl class="fields">${fields}</dl>
    ${more}`;
}

/** The whole text while there is room for it, else its beginning. */
function roomyText(text: string, room: Room): Html {
  const isWhole = room.characters > 0 || text.length <= SEEN;
  room.characters -= isWhole ? Math.min(text.length, HELD) : SEEN;
  return textHtml(isWhole ? text : `${beginningOf(text, SEEN - 2)} …`);
}

/** A text as it was written: its lines kept, the rest of a long one behind a click. */
export function textHtml(text: string): Html {
  if (text.length <= SEEN) return html`<span class="text" dir="auto">${text}</span>`;
  const held = beginningOf(text, HELD);
  const cut =
    text.length > HELD ? html`<p class="quiet">${text.length - HELD} more characters are left out here.</p>` : '';
  return html`<details class="long">
    <summary>
      <span class="text" dir="auto">${beginningOf(text, SEEN / 2).trimEnd()} …</span>
      <span class="more">all ${text.length.toLocaleString('en')} characters</span>
    </summary>
    <div class="text" dir="auto">${held}</div>
    ${cut}
  </details>`;
}

function referenceHtml(reference: ContentReference, texts: Texts, depth: number, room: Room): Html {
  const { ref, bytes, mediaType, name } = reference as ContentReference & { name?: string };
  const loaded = texts.get(ref);
  const title = name === undefined ? '' : html`<strong class="file">${name}</strong> `;
  if (loaded && 'value' in loaded) return html`${title}${within(loaded.value, texts, depth, room)}`;
  const why = {
    large: ', too large for a page',
    binary: '',
    absent: ', not in the content store of this machine',
  };
  const note = loaded ? why[loaded.missing] : '';
  return html`${title}<span class="quiet" title="${ref}">${shownBytes(bytes)} of ${mediaType}${note}</span>`;
}

/** A value in a few words, for a cell or a box of a drawing. Plain text: it has to be put into a page by `html`. */
export function shortText(value: JsonValue | undefined, texts: Texts, most = 90): string {
  if (value === undefined || value === null) return '';
  if (isContentReference(value)) {
    const loaded = texts.get(value.ref);
    const { name } = value as ContentReference & { name?: string };
    if (name !== undefined) return name;
    return loaded && 'value' in loaded ? shortText(loaded.value, texts, most) : shownBytes(value.bytes);
  }
  if (typeof value === 'string') return clipped(value, most);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return clipped(`${value.length} × ${shortText(value[0], texts, most)}`, most);
  const typed = typedText(value, texts, most);
  return clipped(typed ?? JSON.stringify(value), most);
}

/** The typed results of tasks: what they say. */
function typedText(value: JsonObject, texts: Texts, most: number): string | undefined {
  const { prediction, score, text, type, entities, result, dimensions } = value;
  const sure = typeof score === 'number' ? ` (${score.toFixed(2)})` : '';
  if (typeof prediction === 'string') return `${prediction}${sure}`;
  if (text !== undefined) return shortText(text, texts, most);
  if (typeof type === 'string') return `${type}${sure}`;
  if (Array.isArray(entities)) return `${entities.length} entities`;
  if (typeof dimensions === 'number') return `${dimensions} dimensions`;
  return result === undefined ? undefined : shortText(result, texts, most);
}

function clipped(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${beginningOf(line, most - 1)}…` : line;
}
