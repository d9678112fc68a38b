import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from './durable-file';
import { safeName } from './file-content-store';

/**
 * A step inside another (`outer/inner`) has a folder beside that of the outer one, under a name that does not tell. So
 * the folder of the outer one holds a note for it, `<folder>.inside`, whose text is the step's name.
 */
const INSIDE = '.inside';

/** Makes the folder of a step, with the notes by which {@link foldersWithin} finds it. @throws as `fs` */
export async function makeStepFolder(run: string, step: string): Promise<string> {
  const folder = path.join(run, safeName(step));
  const outer = step.slice(0, Math.max(0, step.lastIndexOf('/')));
  // The note comes first: a crash between the two leaves one that leads to nothing.
  if (outer !== '' && !(await isThere(folder))) {
    const note = path.join(await makeStepFolder(run, outer), safeName(step) + INSIDE);
    await writeFile(note, `${step}\n`, { mode: 0o600 });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** The files of a step and of every step inside it, by folder. @throws as `fs` */
export async function* foldersWithin(run: string, step: string): AsyncGenerator<{ folder: string; files: string[] }> {
  const folder = path.join(run, safeName(step));
  const files = await unlessMissing(readdir(folder));
  if (!files) return;
  yield { folder, files: files.filter((file) => !file.endsWith(INSIDE)) };
  for (const note of files.filter((file) => file.endsWith(INSIDE))) {
    const inner = (await readFile(path.join(folder, note), 'utf8')).trimEnd();
    // One that a crash has left empty leads nowhere; anything else would be read again and again.
    if (inner.startsWith(`${step}/`)) yield* foldersWithin(run, inner);
  }
}

async function isThere(file: string): Promise<boolean> {
  return (await unlessMissing(access(file).then(() => true))) ?? false;
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
}
