import { decodeBytes } from './decode-text';
import { htmlToText } from './html-to-plain-text';
import { decodeWords, decodeTransfer, parameterOf, splitHead } from './mime';
import type { ReadText } from './read-document';

const SHOWN_FIELDS = ['From', 'To', 'Cc', 'Date', 'Subject'];
const MAX_DEPTH = 10;

/** A mail as its reader sees it: the fields that matter, then the body. Attachments are named in a note, not opened. */
export function readEmail(bytes: Uint8Array): ReadText {
  const attachments: string[] = [];
  const message = splitHead(Buffer.from(bytes).toString('latin1'));
  const fields = SHOWN_FIELDS.flatMap((name) => {
    const value = message.fields.get(name.toLowerCase());
    return value === undefined ? [] : [`${name}: ${decodeWords(value)}`];
  });
  const body = readPart(message, attachments, 0);
  const names = attachments.slice(0, 5).join(', ');
  return {
    text: `${fields.join('\n')}\n\n${body}`.trim(),
    title: decodeWords(message.fields.get('subject') ?? '') || null,
    ...(attachments.length > 0 ? { note: `Attachments were not read (${attachments.length}): ${names}.` } : {}),
  };
}

type Part = ReturnType<typeof splitHead>;

function readPart({ fields, body }: Part, attachments: string[], depth: number): string {
  const contentType = fields.get('content-type') ?? 'text/plain';
  const mediaType = (/^[^;\s]{1,100}/.exec(contentType)?.[0] ?? '').toLowerCase();
  const boundary = parameterOf(contentType, 'boundary');
  if (mediaType.startsWith('multipart/') && boundary !== undefined && depth < MAX_DEPTH) {
    return readMultipart(mediaType, partsOf(body, boundary), attachments, depth);
  }
  const disposition = fields.get('content-disposition') ?? '';
  if (/^attachment/i.test(disposition) || !/^text\/(?:plain|html)$/.test(mediaType)) {
    const name = parameterOf(disposition, 'filename') ?? parameterOf(contentType, 'name');
    attachments.push(decodeWords(name ?? mediaType).slice(0, 100));
    return '';
  }
  const bytes = decodeTransfer(body, fields.get('content-transfer-encoding') ?? '');
  const text = bytes.length === 0 ? '' : decodeBytes(bytes, parameterOf(contentType, 'charset'));
  return mediaType === 'text/html' ? htmlToText(text) : text.trim();
}

function readMultipart(mediaType: string, parts: Part[], attachments: string[], depth: number): string {
  const read = (part: Part) => readPart(part, attachments, depth + 1);
  if (mediaType !== 'multipart/alternative')
    return parts
      .map(read)
      .filter((text) => text !== '')
      .join('\n\n');
  // The same text more than once, plainest first.
  for (const part of parts) {
    const text = read(part);
    if (text !== '') return text;
  }
  return '';
}

function partsOf(body: string, boundary: string): Part[] {
  return `\n${body}`
    .split(`\n--${boundary}`)
    .slice(1)
    .filter((part) => !part.startsWith('--'))
    .map((part) => splitHead(part.replace(/^[^\n]{0,100}\n/, '')));
}
