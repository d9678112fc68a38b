import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CadenzaError } from '../contracts/failures';

/**
 * What a person's own CommonJS or ES module exports, by name. The module is run. `what` says in messages what it is for.
 * @throws CadenzaError `ConfigurationInvalid` naming the file and the reason
 */
export async function importModule(modulePath: string, what: string): Promise<Record<string, unknown>> {
  const file = path.resolve(modulePath);
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined) throw invalidModule(what, file, 'there is no such file');
  if (!stats.isFile()) throw invalidModule(what, file, 'is not a file');
  try {
    return namesOf((await import(pathToFileURL(file).href)) as Record<string, unknown>);
  } catch (error) {
    const reason = String((error as Error | undefined)?.message ?? error);
    throw invalidModule(what, file, `can not be loaded: ${reason}`, error);
  }
}

/** What is wrong with a module, in one line. */
export function invalidModule(what: string, origin: string, reason: string, cause?: unknown): CadenzaError {
  return new CadenzaError('ConfigurationInvalid', `${what} of ${origin}: ${reason.slice(0, 300)}`, { cause });
}

/** What import() gives for a CommonJS module has `module.exports` as its default, and names only where they show. */
function namesOf(module: Record<string, unknown>): Record<string, unknown> {
  const { default: whole, ...named } = module;
  const exported = isRecord(whole) ? { ...named, ...whole } : { ...named };
  delete exported['module.exports'];
  delete exported['__esModule'];
  delete exported['default'];
  return exported;
}

/** An object that is not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
