import { nameOf, visiblePieces, visibleText } from './visible-characters';

const MARKUP = Symbol('markup');

/** Markup that is safe to put into a page: only this module makes it. `isAttribute`: a whole attribute, for a tag. */
export type Html = { readonly [MARKUP]: string; readonly isAttribute?: true };

/** What may stand in the gaps of a template. `undefined` and `false` are nothing. */
export type Content = Html | string | number | undefined | false | null | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * A template of markup. Whatever is put into its gaps is text: it is escaped, and characters that show nothing or turn
 * their neighbours are named instead, within elements as within attributes.
 * @throws TypeError where a gap stands in a tag but not between double quotes, which nothing could make safe
 */
export function html(strings: TemplateStringsArray, ...gaps: readonly Content[]): Html {
  const places = placesIn(strings);
  const parts = strings.map((string, index) => {
    if (index >= gaps.length) return string;
    const gap = gaps[index];
    if (places[index] === 'content') return string + contentMarkup(gap);
    if (places[index] === 'attribute') return string + attributeText(gap);
    return string + attributesMarkup(gap, string);
  });
  return { [MARKUP]: parts.join('') };
}

/** The markup as a string, for a file or a response. */
export function markupOf(given: Html): string {
  return given[MARKUP];
}

/** Script or style that belongs to this project. Never foreign text. */
export function trusted(markup: string): Html {
  return { [MARKUP]: markup };
}

/** ` name="value"` where there is a value; nothing where there is none. */
export function attribute(name: string, value: string | number | undefined): Html {
  const markup = value === undefined ? '' : ` ${name}="${escaped(visibleText(String(value)))}"`;
  return { [MARKUP]: markup, isAttribute: true };
}

function isHtml(value: Content): value is Html {
  return typeof value === 'object' && value !== null && MARKUP in value;
}

function contentMarkup(value: Content): string {
  if (value === undefined || value === null || value === false) return '';
  if (isHtml(value)) return value[MARKUP];
  if (Array.isArray(value)) return (value as readonly Content[]).map(contentMarkup).join('');
  return visiblePieces(String(value as string | number))
    .map((piece) => ('text' in piece ? escaped(piece.text) : hiddenMark(nameOf(piece))))
    .join('');
}

function attributeText(value: Content): string {
  if (value === undefined || value === null || value === false) return '';
  if (Array.isArray(value)) return (value as readonly Content[]).map(attributeText).join('');
  if (isHtml(value)) throw new TypeError('markup can not be the value of an attribute');
  return escaped(visibleText(String(value as string | number)));
}

function hiddenMark(code: string): string {
  return `<span class="hidden-character" title="a character that shows nothing">${code}</span>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}

/** Whole attributes may stand in a tag, and nothing else. */
function attributesMarkup(value: Content, before: string): string {
  if (value === undefined || value === null || value === false) return '';
  if (Array.isArray(value)) return (value as readonly Content[]).map((one) => attributesMarkup(one, before)).join('');
  if (isHtml(value) && value.isAttribute) return value[MARKUP];
  throw new TypeError(`a value must stand between double quotes: …${before.slice(-40)}`);
}

type Place = 'content' | 'attribute' | 'tag';
const known = new WeakMap<TemplateStringsArray, Place[]>();

/** Where each gap of a template stands. What fills the gaps can not change that: it is escaped, or whole. */
function placesIn(strings: TemplateStringsArray): Place[] {
  const found = known.get(strings);
  if (found) return found;
  let place: Place = 'content';
  const places = strings.map((string) => {
    for (const character of string) {
      if (place === 'content' && character === '<') place = 'tag';
      else if (place === 'tag' && character === '>') place = 'content';
      else if (place === 'tag' && character === '"') place = 'attribute';
      else if (place === 'attribute' && character === '"') place = 'tag';
    }
    return place;
  });
  known.set(strings, places);
  return places;
}
