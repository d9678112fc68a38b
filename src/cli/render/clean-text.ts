// Escape sequences of a terminal: operating system commands and other strings up to their end, then CSI, then the rest.
const ESCAPES =
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g;

/** C0 but tab and line feed, DEL, C1. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Marks that turn or hide text: overrides and isolates of writing direction, invisible separators, byte order mark. */
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/**
 * Foreign text (of documents, models, file names) as it may go to a terminal: no escape sequence, no control character
 * but line feeds, nothing that reverses or hides what stands beside it.
 */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(ESCAPES, '')
    .replace(/\t/g, '    ')
    .replace(CONTROLS, '')
    .replace(INVISIBLE, '')
    .replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The same on one line: all white space becomes single spaces. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ').trim();
}

/** JSON for a terminal or a pipe: what could steer a terminal is written as an escape, so the value stays the same. */
export function cleanJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
