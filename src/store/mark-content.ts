import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Sealing } from '../contracts/sealing';
import { safeName } from './file-content-store';
import { entriesOf, unlessGone } from './walk-store';

const REFERENCE = /sha256:([0-9a-f]{64})/g;

/** The hashes of all content that a text refers to, or may: whatever looks like a reference counts as one. */
export function hashesIn(text: string): string[] {
  return [...text.matchAll(REFERENCE)].map(([, hash]) => hash as string);
}

/**
 * The files of everything in a namespace that is referred to, directly or by what is stored itself. It counts for every
 * tenant that has it. @throws CadenzaError `EncryptionKeyMissing` where something that may refer to more can not be read
 */
export async function markContent(
  folder: string,
  namespace: string,
  referred: Iterable<string>,
  sealing?: Sealing,
): Promise<ReadonlySet<string>> {
  const homes = await homesOf(folder, namespace);
  const files = new Set<string>();
  const seen = new Set(referred);
  // A set gives what is added to it meanwhile, too.
  for (const hash of seen) {
    for (const home of homes) {
      const binding = JSON.stringify([namespace, home.tenant, hash]);
      const name = home.sealed ? sealing?.nameOf('content', binding) : hash;
      if (name === undefined) continue;
      const file = path.join(home.folder, name.slice(0, 2), name.slice(2));
      const bytes = await unlessGone(readFile(file));
      if (!bytes) continue;
      files.add(file);
      const plain = home.sealed && sealing ? sealing.cipher.open('content', bytes, binding) : bytes;
      for (const inside of hashesIn(Buffer.from(plain).toString('latin1'))) seen.add(inside);
    }
  }
  return files;
}

/** False where what the file is called can not be told from a reference: a tenant whose name is a hash here. */
export function canBeMarked(file: { file: string; parts: string[] }, folder: string): boolean {
  const isSealed = file.file.startsWith(path.join(folder, 'sealed') + path.sep);
  return !(isSealed && file.parts[1]?.startsWith('~'));
}

async function homesOf(folder: string, namespace: string) {
  const homes: { folder: string; tenant: string; sealed: boolean }[] = [];
  const add = async (base: string, sealed: boolean) => {
    const home = path.join(base, safeName(namespace));
    for await (const { name } of entriesOf(home)) homes.push({ folder: path.join(home, name), tenant: name, sealed });
  };
  await add(path.join(folder, 'content'), false);
  for await (const { name } of entriesOf(path.join(folder, 'sealed'))) {
    await add(path.join(folder, 'sealed', name), true);
  }
  return homes;
}
