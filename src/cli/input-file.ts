import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { LineCounter, parseDocument } from 'yaml';
import { CadenzaError } from '../contracts/failures';
import { cleanLine } from './render/clean-text';

const STDIN = '-';
/** The most that is read of a file of input, settings or items. */
export const MAX_INPUT_BYTES = 64 * 1024 * 1024;
const INSTEAD = 'Texts go in as documents ({ file: PATH }), and a long list of items in several batches';

/** The JSON or YAML of a file, or of standard input for `-`. @throws CadenzaError `InvalidInput` with file and line */
export async function readInputFile(file: string): Promise<unknown> {
  const source = sourceOf(file);
  return parseInput(await readAll(file, source), source);
}

/** How a file is called in messages. */
export function sourceOf(file: string): string {
  return file === STDIN ? 'standard input' : file;
}

/** Data from JSON or YAML. @throws CadenzaError `InvalidInput` naming the source and the line */
export function parseInput(content: string, source: string): unknown {
  if (content.trim() === '') throw wrong(source, 'is empty; give the input as JSON or YAML');
  try {
    return JSON.parse(content);
  } catch {
    // Most YAML is no JSON, and nearly all JSON is YAML: the YAML parser knows the line.
  }
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw wrong(source, `line ${line}, column ${col}: ${error.message}`);
  }
  try {
    return document.toJS();
  } catch (error_) {
    throw wrong(source, error_ instanceof Error ? error_.message : 'can not be read');
  }
}

/**
 * The text of a file, or of standard input for `-`; `source` is its name in messages. At most {@link MAX_INPUT_BYTES} are
 * read. @throws CadenzaError `InvalidInput`
 */
export async function readAll(file: string, source: string): Promise<string> {
  if (file === STDIN || file === '/dev/stdin') return readBounded(process.stdin, source);
  try {
    return await readBounded(createReadStream(await checkedFile(file, source)), source);
  } catch (error) {
    if (error instanceof CadenzaError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw wrong(source, code === 'ENOENT' ? 'there is no such file' : `can not be read (${code})`);
  }
}

/** The text of a stream that may never end. @throws CadenzaError `InvalidInput` as soon as there is too much of it */
export async function readBounded(stream: Readable, source: string, most = MAX_INPUT_BYTES): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw wrong(source, `has more than ${most / 1024 / 1024} MB. ${INSTEAD}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\ufeff/, '');
}

/** Opening a named pipe waits for somebody to write to it, and a device may give bytes for ever. */
async function checkedFile(file: string, source: string): Promise<string> {
  const facts = await stat(file);
  if (facts.isDirectory()) throw wrong(source, 'is a folder');
  // What a shell makes of `<(command)` is a pipe that is open already.
  const isOpenPipe = facts.isFIFO() && /^\/(dev|proc\/self)\/fd\/\d+$/.test(path.resolve(file));
  if (!facts.isFile() && !isOpenPipe) {
    throw wrong(source, 'is a device or a named pipe; give a file, or - for standard input');
  }
  return file;
}

function wrong(source: string, why: string): CadenzaError {
  return new CadenzaError('InvalidInput', `${cleanLine(source)}: ${why}`, { field: 'input' });
}
