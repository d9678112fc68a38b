import { CadenzaError } from '../../contracts/failures';
import { decodeText } from './decode-text';
import { detectType, detectTextType } from './detect-type';
import type { ExtractedDocument, ExtractionRequest } from './protocol';
import { cleanText } from './tidy-text';

/** What a reader of one type returns; `pages` is 1 where the type has none. */
export type ReadText = { text: string; title: string | null; pages?: number; note?: string };

/**
 * A document as text. Its type is told by its content first and by the ending of its name second.
 * @throws CadenzaError one of `READING_FAILURES`, with a reason that completes "FILE: …"
 */
export async function readDocument(bytes: Uint8Array, request: ExtractionRequest): Promise<ExtractedDocument> {
  const { mediaType, read } = await readByType(bytes, request);
  const text = cleanText(read.text);
  if (text.trim() === '') throw new CadenzaError('DocumentEmpty', 'is empty: it holds no text');
  if (text.length > request.maxCharacters) throw tooMuchText(request.maxCharacters);
  return {
    text,
    pages: read.pages ?? 1,
    title: shortTitle(read.title),
    mediaType,
    ...(read.note === undefined ? {} : { note: read.note }),
  };
}

async function readByType(
  bytes: Uint8Array,
  request: ExtractionRequest,
): Promise<{ mediaType: string; read: ReadText }> {
  const { maxCharacters } = request;
  if (bytes.length === 0) throw new CadenzaError('DocumentEmpty', 'is empty: it has no bytes');
  if (request.as === 'text') {
    return { mediaType: 'text/plain', read: { text: Buffer.from(bytes).toString('utf8'), title: null } };
  }
  // A process reads one document: only the libraries of its type are loaded.
  switch (detectType(bytes, request.name)) {
    case 'pdf': {
      const { readPdf } = await import('./read-pdf.js');
      return { mediaType: 'application/pdf', read: await readPdf(bytes, maxCharacters) };
    }
    case 'docx': {
      const { readDocx } = await import('./read-docx.js');
      return { mediaType: DOCX_MEDIA_TYPE, read: await readDocx(bytes) };
    }
    case 'text':
      return readTextual(bytes, request);
  }
}

const DOCX_MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

async function readTextual(bytes: Uint8Array, { name, maxCharacters }: ExtractionRequest) {
  // No encoding has more than four bytes for a character: this much can not fit, and decoding it would cost memory.
  if (bytes.length > maxCharacters * 4) throw tooMuchText(maxCharacters);
  const text = decodeText(bytes);
  switch (detectTextType(text, name)) {
    case 'html': {
      const { readHtml } = await import('./read-html.js');
      return { mediaType: 'text/html', read: await readHtml(text) };
    }
    case 'markdown': {
      const { readMarkdown } = await import('./read-markdown.js');
      return { mediaType: 'text/markdown', read: readMarkdown(text) };
    }
    case 'email': {
      const { readEmail } = await import('./read-email.js');
      return { mediaType: 'message/rfc822', read: readEmail(bytes) };
    }
    case 'plain':
      return { mediaType: 'text/plain', read: { text, title: null } };
  }
}

function tooMuchText(maxCharacters: number): CadenzaError {
  const limit = maxCharacters.toLocaleString('en-US');
  return new CadenzaError('ExtractionLimit', `holds more than the ${limit} characters of text that can be read`);
}

function shortTitle(title: string | null): string | null {
  const clean = cleanText(title ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  return clean === '' ? null : clean.slice(0, 300);
}
