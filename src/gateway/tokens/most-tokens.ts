import type * as EncodingFile from 'gpt-tokenizer/encoding/o200k_base';
import type { Encoding } from './encoding-of';

type Tokenizer = Pick<typeof EncodingFile, 'countTokens' | 'setMergeCacheSize'>;

/** Words whose tokens are remembered: the library's own number would be 100 MB of hostile ones. */
const REMEMBERED_WORDS = 10_000;

/** Of all texts of a request together so much is counted, in bytes: some milliseconds, and of hostile text a few tens. */
const COUNTED_BYTES = 131_072;

/** The time for what has no place to be cut at grows with the square of its length. */
const LONGEST_RUN = 256;
const LONG_RUN = new RegExp(
  `[\\p{L}\\p{M}]{${LONGEST_RUN}}|[^\\s\\p{L}\\p{N}]{${LONGEST_RUN}}|\\s{${LONGEST_RUN}}`,
  'u',
);

/** Words that steer a model are text here, as they are for the provider. */
const ALL_IS_TEXT = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

/**
 * The most tokens that texts can have. Bytes where the encoding is not known: a token of a byte-level tokenizer stands
 * for at least one. With an encoding they are counted, up to 128 KiB; what comes after, and runs of hundreds of letters,
 * signs or spaces without a break, by bytes.
 */
export function mostTokens(texts: readonly string[], encoding: Encoding | undefined): number {
  if (encoding === undefined) return texts.reduce((sum, text) => sum + bytesOf(text), 0);
  let room = COUNTED_BYTES;
  let tokens = 0;
  for (const text of texts) {
    const counted = beginning(text, room);
    room -= bytesOf(counted);
    tokens += bytesOf(text) - bytesOf(counted) + countOf(counted, encoding);
  }
  return tokens;
}

function countOf(text: string, encoding: Encoding): number {
  if (text === '') return 0;
  if (LONG_RUN.test(text)) return bytesOf(text);
  return Math.min(bytesOf(text), tokenizerFor(encoding).countTokens(text, ALL_IS_TEXT));
}

/**
 * The text, or as much of it as fits, up to a space before a word or a line that begins with a letter: no token reaches
 * over such a place, so that the parts have as many as the whole.
 */
function beginning(text: string, bytes: number): string {
  if (bytesOf(text) <= bytes) return text;
  // A UTF-16 unit is three bytes at most.
  const start = text.slice(0, Math.floor(bytes / 3));
  const [found] = /^[\s\S]*(?:(?= \S)|\n(?=\p{L}))/u.exec(start) ?? [''];
  return found;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

const loaded = new Map<Encoding, Tokenizer>();

/** Two megabytes of tables: for who asks such a model only. */
function tokenizerFor(encoding: Encoding): Tokenizer {
  const known = loaded.get(encoding);
  if (known) return known;
  /* oxlint-disable typescript/no-require-imports -- an import would load them for everybody */
  const tokenizer: Tokenizer =
    encoding === 'o200k_base'
      ? (require('gpt-tokenizer/encoding/o200k_base') as Tokenizer)
      : (require('gpt-tokenizer/encoding/cl100k_base') as Tokenizer);
  /* oxlint-enable typescript/no-require-imports */
  tokenizer.setMergeCacheSize(REMEMBERED_WORDS);
  loaded.set(encoding, tokenizer);
  return tokenizer;
}
