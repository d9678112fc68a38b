import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from './durable-file';

/** What a store holds beside its notes. */
export const STORE_AREAS = ['content', 'journal', 'budgets', 'cache'] as const;
export type StoreArea = (typeof STORE_AREAS)[number];

/** A file of a store; `parts` are the names below the folder of its area, the namespace first. */
export type StoreFile = { area: StoreArea; file: string; parts: string[]; bytes: number; changedMs: number };

/** Every file of these areas, one at a time whatever their number; what goes away meanwhile is left out. @throws as `fs` */
export async function* walkStore(folder: string, areas: readonly StoreArea[] = STORE_AREAS): AsyncGenerator<StoreFile> {
  for (const area of areas) {
    yield* filesOf(area, path.join(folder, area));
    if (area !== 'content') continue;
    const sealed = path.join(folder, 'sealed');
    for await (const { name } of entriesOf(sealed)) yield* filesOf(area, path.join(sealed, name));
  }
}

async function* filesOf(area: StoreArea, base: string, parts: string[] = []): AsyncGenerator<StoreFile> {
  for await (const entry of entriesOf(path.join(base, ...parts))) {
    const inside = [...parts, entry.name];
    if (entry.isDirectory()) {
      yield* filesOf(area, base, inside);
      continue;
    }
    const file = path.join(base, ...inside);
    const facts = await unlessGone(stat(file));
    if (facts) yield { area, file, parts: inside, bytes: facts.size, changedMs: facts.mtimeMs };
  }
}

/** What a folder holds; nothing where it is not there. @throws as `fs` */
export async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  const opened = await unlessGone(opendir(folder));
  if (opened) yield* opened;
}

/** Undefined for what is not there. */
export async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
}
