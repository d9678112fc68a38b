import { availableParallelism } from 'node:os';
import { MAX_DOCUMENT_BYTES, MAX_EXTRACTED_CHARACTERS } from '../../contracts/limits';

/** What reading one document may take. */
export type ExtractionLimits = {
  timeoutMs: number;
  memoryBytes: number;
  /** Of what the reading process writes; above what `characters` can need. */
  outputBytes: number;
  documentBytes: number;
  characters: number;
  /** Documents read at the same time; more of them wait. */
  concurrency: number;
};

const MEBIBYTE = 1024 * 1024;

/** The limits that hold where none are given. */
export const DEFAULT_EXTRACTION_LIMITS: ExtractionLimits = {
  timeoutMs: 60_000,
  memoryBytes: 1024 * MEBIBYTE,
  outputBytes: 160 * MEBIBYTE,
  documentBytes: MAX_DOCUMENT_BYTES,
  characters: MAX_EXTRACTED_CHARACTERS,
  concurrency: Math.max(2, availableParallelism()),
};
