import { CadenzaError } from '../../contracts/failures';
import { detectArchiveType } from './detect-archive-type';
import { endingOf } from './file-ending';
import { unsupported } from './unsupported';

export type DocumentKind = 'pdf' | 'docx' | 'text';
export type TextKind = 'html' | 'markdown' | 'email' | 'plain';

/**
 * What a file is by its first bytes; its name only decides what a file without known bytes should have been.
 * @throws CadenzaError `UnsupportedDocument`, `DocumentEncrypted`, `DocumentCorrupt`
 */
export function detectType(bytes: Uint8Array, name: string): DocumentKind {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  if (head.includes('%PDF-')) return 'pdf';
  if (/^PK(?:\x03\x04|\x05\x06|\x07\x08)/.test(head)) return detectArchiveType(bytes, name);
  if (head.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) throw oldOfficeFile(bytes);
  const known = SIGNATURES.find(([, pattern]) => pattern.test(head));
  if (known) throw unsupported(`is ${known[0]}, which can not be read`);
  const ending = endingOf(name);
  if (ending === 'pdf' || ending === 'docx') {
    const kind = ending.toUpperCase();
    throw new CadenzaError('DocumentCorrupt', `is damaged: it is named .${ending} and does not begin like a ${kind}`);
  }
  return 'text';
}

/** What kind of text it is: by how it begins, then by the ending of its name. */
export function detectTextType(text: string, name: string): TextKind {
  const head = text.slice(0, 4096).trimStart();
  if (/^(?:<!--(?:(?!-->)[^]){0,2000}-->\s*|<\?xml[^>]{0,200}>\s*)*<(?:!doctype\s+html|html|head|body)\b/i.test(head)) {
    return 'html';
  }
  const ending = endingOf(name);
  if (['html', 'htm', 'xhtml'].includes(ending)) return hasTag(text) ? 'html' : 'plain';
  if (ending === 'md' || ending === 'markdown') return 'markdown';
  return ending === 'eml' || beginsLikeEmail(head) ? 'email' : 'plain';
}

function hasTag(text: string): boolean {
  return /<\/?[A-Za-z][A-Za-z0-9]{0,20}(?:\s[^<>]{0,1000})?>/.test(text);
}

function beginsLikeEmail(head: string): boolean {
  const lines = (head.split(/\r?\n\r?\n/, 1)[0] ?? '').split(/\r?\n/);
  const fields = lines.map((line) => /^([A-Za-z-]{2,40}):/.exec(line)?.[1]?.toLowerCase());
  const isHeader = lines.every((line, index) => fields[index] !== undefined || /^[ \t]/.test(line));
  return isHeader && fields.includes('from') && (fields.includes('message-id') || fields.includes('mime-version'));
}

/** Magic bytes of what people try; two letters alone could begin a text, so a NUL must follow near. */
const SIGNATURES: readonly (readonly [string, RegExp])[] = [
  ['a PNG image', /^\x89PNG/],
  ['a JPEG image', /^\xff\xd8\xff/],
  ['a GIF image', /^GIF8[79]a/],
  ['a TIFF image', /^(?:II\*\0|MM\0\*)/],
  ['a WebP image', /^RIFF[^]{4}WEBP/],
  ['a BMP image', /^BM[^]{0,20}\0/],
  ['a HEIC or AVIF image', /^[^]{4}ftyp(?:hei|mif|avif)/],
  ['a video', /^(?:[^]{4}ftyp|\x1aE\xdf\xa3)/],
  ['a sound file', /^(?:ID3[\x02-\x04]|OggS|fLaC|RIFF[^]{4}WAVE)/],
  ['a gzip archive', /^\x1f\x8b/],
  ['a 7z archive', /^7z\xbc\xaf/],
  ['a RAR archive', /^Rar!\x1a/],
  ['a bzip2 archive', /^BZh[1-9]1AY/],
  ['an xz archive', /^\xfd7zXZ/],
  ['a tar archive', /^[^]{257}ustar/],
  ['a Windows program', /^MZ[^]{0,60}\0/],
  ['a program', /^(?:\x7fELF|\xfe\xed\xfa|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe)/],
  ['an SQLite database', /^SQLite format 3\0/],
  ['an RTF document', /^\{\\rtf/],
  ['a PostScript file', /^%!PS/],
];

/** A compound file is an Office document of before 2007, or a newer one wrapped in encryption. */
function oldOfficeFile(bytes: Uint8Array): CadenzaError {
  const holds = (stream: string) => Buffer.from(bytes).includes(Buffer.from(stream, 'utf16le'));
  if (holds('EncryptedPackage')) {
    return new CadenzaError('DocumentEncrypted', 'needs a password; save a copy without one');
  }
  if (holds('WordDocument')) return unsupported('is an old Word document (.doc); save it as .docx');
  return unsupported('is an old Office file, which can not be read');
}
