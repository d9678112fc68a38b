import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder of package.json: parent of `lib/` when installed, of `src/` in a checkout. */
export function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}

/**
 * A compiled file by its path below `lib/`: what a child process or thread is started from.
 * Also right under Jest, where this module itself runs from `src/`.
 */
export function compiledFile(...parts: string[]): string {
  return path.join(packageRoot(), 'lib', ...parts);
}
