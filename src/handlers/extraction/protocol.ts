import type { FailureType } from '../../contracts/failures';

/** What the reading process is told, as one line of JSON ahead of the document's bytes. */
export type ExtractionRequest = {
  /** File name that the person gave; only its ending is used. */
  name: string;
  /** `text` where the caller gave a string: its type is not guessed. */
  as: 'file' | 'text';
  maxCharacters: number;
  /** The reading process ends itself above this; its parent watches as well where it can. */
  maxMemoryBytes: number;
};

/** A document as text. `title` is null where it is not known. */
export type ExtractedDocument = {
  text: string;
  pages: number;
  title: string | null;
  mediaType: string;
  note?: string;
};

/** What can be wrong with a document, as far as the reading process can tell. */
export const READING_FAILURES = [
  'DocumentEmpty',
  'DocumentEncrypted',
  'DocumentCorrupt',
  'DocumentWithoutText',
  'UnsupportedDocument',
  'ExtractionLimit',
  'Internal',
] as const satisfies readonly FailureType[];
export type ReadingFailure = (typeof READING_FAILURES)[number];

/** The one JSON document that the reading process writes. `reason` completes the sentence "FILE: …". */
export type ExtractionReply =
  | { ok: true; document: ExtractedDocument }
  | { ok: false; type: ReadingFailure; reason: string };

/** What a person can hand in, for messages. */
export const READABLE_TYPES = 'plain text, Markdown, HTML, PDF, DOCX and e-mail (.eml)';
