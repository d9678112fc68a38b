import { CadenzaError } from '../../contracts/failures';
import type { ExtractedDocument, ExtractionReply, ReadingFailure } from './protocol';
import { READING_FAILURES } from './protocol';

/**
 * What the reading process wrote, checked field by field: a document that takes over that process decides what it writes.
 * @throws CadenzaError `Internal` when it is not a reply
 */
export function parseReply(output: Buffer): ExtractionReply {
  const reply = parse(output);
  if (isRecord(reply) && reply['ok'] === true && isDocument(reply['document'])) {
    return { ok: true, document: reply['document'] };
  }
  if (isRecord(reply) && reply['ok'] === false && isFailure(reply['type']) && typeof reply['reason'] === 'string') {
    return { ok: false, type: reply['type'], reason: reply['reason'].slice(0, 500) };
  }
  throw new CadenzaError('Internal', 'could not be read: the reading process gave no answer');
}

function parse(output: Buffer): unknown {
  try {
    return JSON.parse(output.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isFailure(value: unknown): value is ReadingFailure {
  return (READING_FAILURES as readonly unknown[]).includes(value);
}

function isDocument(value: unknown): value is ExtractedDocument {
  if (!isRecord(value)) return false;
  const { text, pages, title, mediaType, note } = value;
  return (
    typeof text === 'string' &&
    Number.isInteger(pages) &&
    (title === null || typeof title === 'string') &&
    typeof mediaType === 'string' &&
    (note === undefined || typeof note === 'string')
  );
}
