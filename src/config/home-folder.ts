import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CadenzaError } from '../contracts/failures';

/**
 * Makes the folder of a project's state where it is missing, readable by its owner only and ignored by git: it holds
 * documents and answers. A folder that is there keeps its mode. Returns the real path.
 * Throws `ConfigurationInvalid` where it can not be made.
 */
export function createHome(home: string): string {
  try {
    const created = mkdirSync(home, { recursive: true, mode: 0o700 });
    if (created) writeFileSync(path.join(home, '.gitignore'), '*\n');
    return realpathSync(home);
  } catch (error) {
    throw new CadenzaError(
      'ConfigurationInvalid',
      `The folder ${home} can not be made (${(error as NodeJS.ErrnoException).code}): set CADENZA_HOME to a folder that can be written.`,
      { field: 'CADENZA_HOME', cause: error },
    );
  }
}
