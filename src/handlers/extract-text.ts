import type { ContentReference } from '../contracts/content';
import { isContentReference, isDocumentReference } from '../contracts/content';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import type { JsonObject, JsonValue } from '../contracts/json';
import { shown } from '../contracts/nearest-name';
import { detectLanguage } from './detect-language';
import type { ExtractionLimits } from './extraction/limits';
import { DEFAULT_EXTRACTION_LIMITS } from './extraction/limits';
import type { ExtractedDocument, ExtractionRequest } from './extraction/protocol';
import { runChild } from './extraction/run-child';
import { createSlots } from './extraction/slots';
import type { Handler } from './handler';
import { readFields } from './handler-fields';

export type ExtractTextOptions = {
  /** The compiled `handlers/extraction/child.js`. */
  childFile: string;
  limits?: Partial<ExtractionLimits>;
};

/** A document that the caller may not open itself: `read` brings its bytes, in a slot of its own. */
type Given = { as: ExtractionRequest['as']; name: string; bytes: number; read: () => Promise<Uint8Array> | Uint8Array };

/**
 * The handler `extract_text`: `{ document }`, a stored document, a string or `{ text }`, →
 * `{ text, pages, title, language, mediaType, note? }`. Each document is opened by a process of its own, within limits;
 * `limits.concurrency` of them at a time.
 *
 * It throws CadenzaError, always with the file's name and the reason: `InvalidInput`, `DocumentEmpty`,
 * `DocumentTooLarge`, `DocumentEncrypted`, `DocumentCorrupt`, `DocumentWithoutText`, `UnsupportedDocument`,
 * `ExtractionLimit`, and to be tried again `HandlerFailed`. An abort kills the process and rejects with its reason.
 */
export function createExtractText({ childFile, limits: given = {} }: ExtractTextOptions): Handler {
  const limits = { ...DEFAULT_EXTRACTION_LIMITS, ...given };
  const inSlot = createSlots(limits.concurrency);

  return async (inputs, config, context) => {
    const document = readFields('extract_text', inputs, config, ['document']).required('document', EXPECTED);
    const { name, as, bytes, read } = describeDocument(document, (reference) => context.read(reference));
    const request = { name, as, maxCharacters: limits.characters, maxMemoryBytes: limits.memoryBytes };
    checkSize(name, bytes, limits);
    return inSlot(context.signal, async () => {
      const content = await read();
      checkSize(name, content.byteLength, limits);
      return toOutput(await extract(childFile, request, content, limits, context.signal));
    });
  };
}

const EXPECTED = 'a stored document, a string or { text }';
const WITHOUT_NAME = 'the text';

function describeDocument(document: JsonValue, read: (reference: ContentReference) => Promise<Uint8Array>): Given {
  if (isContentReference(document)) {
    const name = isDocumentReference(document) ? document.name : 'the document';
    return { as: 'file', name, bytes: document.bytes, read: () => read(document) };
  }
  const text = typeof document === 'string' ? document : (document as JsonObject | null)?.['text'];
  if (typeof text !== 'string') {
    throw new CadenzaError('InvalidInput', `extract_text: document: expected ${EXPECTED}`, { field: 'document' });
  }
  return { as: 'text', name: WITHOUT_NAME, bytes: Buffer.byteLength(text), read: () => Buffer.from(text) };
}

function checkSize(name: string, bytes: number, { documentBytes }: ExtractionLimits): void {
  if (bytes === 0) throw new CadenzaError('DocumentEmpty', `${shown(name)}: is empty: it has no bytes`);
  if (bytes <= documentBytes) return;
  const [size, limit] = [bytes, documentBytes].map((count) => (count / (1024 * 1024)).toFixed(1));
  throw new CadenzaError('DocumentTooLarge', `${shown(name)}: has ${size} MB; at most ${limit} MB can be read`);
}

async function extract(
  childFile: string,
  request: ExtractionRequest,
  bytes: Uint8Array,
  limits: ExtractionLimits,
  signal: AbortSignal,
): Promise<ExtractedDocument> {
  try {
    const reply = await runChild({ childFile, request, bytes, limits, signal });
    if (reply.ok) return reply.document;
    throw new CadenzaError(reply.type, reply.reason);
  } catch (error) {
    if (!isCadenzaError(error)) throw error;
    throw new CadenzaError(error.type, `${shown(request.name)}: ${error.message}`, { cause: error });
  }
}

async function toOutput({ text, pages, title, mediaType, note }: ExtractedDocument): Promise<JsonObject> {
  // Here, where the detector is loaded once and not for each document: to load it takes longer than to read one.
  const language = await detectLanguage(text);
  return { text, pages, title, language, mediaType, ...(note === undefined ? {} : { note }) };
}
