import { decodeBytes } from './decode-text';

const LONGEST_HEAD = 1024 * 1024;

/** Fields (in lower case, long lines joined) and body of a message or part; a repeated field counts once, the first. */
export function splitHead(message: string): { fields: Map<string, string>; body: string } {
  const end = /\r?\n\r?\n/.exec(message.slice(0, LONGEST_HEAD));
  const head = end ? message.slice(0, end.index) : message.slice(0, LONGEST_HEAD);
  const fields = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return { fields, body: end ? message.slice(end.index + end[0].length) : '' };
}

/** One parameter of a field such as `text/plain; charset=utf-8`. */
export function parameterOf(field: string, name: string): string | undefined {
  for (const parameter of field.split(';').slice(1)) {
    const [key, ...value] = parameter.split('=');
    if (key?.trim().toLowerCase() === name) return value.join('=').trim().replace(/^"|"$/g, '');
  }
  return undefined;
}

/** Field text with its `=?charset?B|Q?…?=` words decoded; bytes outside them are taken as they are meant to be. */
export function decodeWords(field: string): string {
  const decoded = field
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(
      /=\?([A-Za-z0-9_.:-]{1,40})\?([BQ])\?([^?\s]{0,2000})\?=/gi,
      (_word, charset: string, kind: string, data: string) => {
        const bytes = /b/i.test(kind) ? Buffer.from(data, 'base64') : quotedPrintable(data.replace(/_/g, ' '));
        return bytes.length === 0 ? '' : decodeBytes(bytes, charset);
      },
    );
  // Raw UTF-8 in a field was read byte by byte.
  return /^[\u0000-\u00ff]*$/.test(decoded) && /[\u0080-\u00ff]/.test(field)
    ? decodeBytes(Buffer.from(decoded, 'latin1'))
    : decoded;
}

/** The bytes of a body by its `Content-Transfer-Encoding`. */
export function decodeTransfer(body: string, encoding: string): Buffer {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64');
    case 'quoted-printable':
      return quotedPrintable(body.replace(/=\r?\n/g, ''));
    default:
      return Buffer.from(body, 'latin1');
  }
}

function quotedPrintable(text: string): Buffer {
  const plain = text.replace(/=([0-9A-Fa-f]{2})/g, (_code, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}
