import { access, constants, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Envelope } from '../client';
import type { BatchResult } from '../contracts/batch.schema';
import { isContentReference } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import type { JsonObject, JsonValue } from '../contracts/json';
import { readAll, sourceOf } from './input-file';
import { loadValue } from './load-output';
import { cleanLine } from './render/clean-text';
import { counted } from './render/numbers';
import type { Session } from './session';
import type { Terminal } from './terminal';

/** Larger outputs stay references in the file. */
const WRITTEN_BYTES = 16 * 1024 * 1024;

/** Objects of a file with one JSON object a line, and the line that each stands on. Empty lines are left out. */
export type JsonLines = { items: JsonObject[]; lineOf(item: number): number };

/** @throws CadenzaError `InvalidInput` naming the file and the number of the line */
export async function readJsonLines(file: string): Promise<JsonLines> {
  const source = cleanLine(sourceOf(file));
  const lines = (await readAll(file, source)).split(/\r?\n/);
  const items: JsonObject[] = [];
  const numbers: number[] = [];
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    items.push(parseLine(line, `${source}: line ${index + 1}`));
    numbers.push(index + 1);
  });
  if (items.length === 0) throw wrong(`${source}: has no items; give one JSON object a line`, 'items');
  return { items, lineOf: (item) => numbers[item] ?? 0 };
}

/** That a file can be written there, before anything is paid. @throws CadenzaError `InvalidInput` */
export async function checkOutputFile(file: string): Promise<void> {
  const folder = path.dirname(path.resolve(file));
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable) throw wrong(`--output: the folder of ${cleanLine(file)} is not there or can not be written`, 'output');
  const found = await stat(file).catch(() => undefined);
  if (found && !found.isFile()) throw wrong(`--output: ${cleanLine(file)} is no file`, 'output');
}

/** Writes what became of each item of a batch that has ended, one JSON line an item in their order. */
export async function writeItems(
  session: Session,
  terminal: Terminal,
  file: string,
  envelope: Envelope,
): Promise<void> {
  const results = (envelope.result as unknown as BatchResult | undefined)?.results ?? null;
  const read = session.cadenza.readContent;
  const list = isContentReference(results) ? (JSON.parse(await read(results)) as JsonValue) : results;
  if (!Array.isArray(list)) {
    terminal.say(`There are no results to write to ${file}.`);
    return;
  }
  const lines: string[] = [];
  for (const item of list) lines.push(`${JSON.stringify(await loadValue(item, read, WRITTEN_BYTES))}\n`);
  await writeFile(file, lines.join(''));
  terminal.say(`Wrote ${counted(lines.length, 'line')} to ${file}`);
}

function parseLine(line: string, where: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // A parser's own message quotes the text.
    throw wrong(`${where}: is no JSON`, 'items');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw wrong(`${where}: expected a JSON object`, 'items');
}

function wrong(message: string, field: string): CadenzaError {
  return new CadenzaError('InvalidInput', message, { field });
}
