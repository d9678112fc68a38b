import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { LineCounter, parseDocument } from 'yaml';
import { CadenzaError } from '../contracts/failures';
import { cleanLine } from './render/clean-text';

const STDIN = '-';
const MAX_BYTES = 64 * 1024 * 1024;

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

/** The text of a file, or of standard input for `-`; `source` is its name in messages. @throws CadenzaError `InvalidInput` */
export async function readAll(file: string, source: string): Promise<string> {
  if (file === STDIN) return text(process.stdin);
  try {
    const content = await readFile(file);
    if (content.length > MAX_BYTES) throw wrong(source, `has over ${MAX_BYTES / 1024 / 1024} MB`);
    return content.toString('utf8').replace(/^\ufeff/, '');
  } catch (error) {
    if (error instanceof CadenzaError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'is a folder' : `can not be read (${code})`;
    throw wrong(source, why);
  }
}

function wrong(source: string, why: string): CadenzaError {
  return new CadenzaError('InvalidInput', `${cleanLine(source)}: ${why}`, { field: 'input' });
}
