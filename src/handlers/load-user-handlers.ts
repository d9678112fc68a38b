import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CadenzaError } from '../contracts/failures';
import { BUILT_IN_HANDLERS, MODEL_TASKS, SYSTEM_ACTIVITIES } from '../contracts/names';
import { shown } from '../contracts/nearest-name';
import type { Handler, Handlers } from './handler';

/**
 * A person's own handlers: the `handlers` object of a CommonJS or ES module, or else its named exports, every one of
 * them a function. The module is run.
 * @throws CadenzaError `ConfigurationInvalid` naming the file and the reason
 */
export async function loadUserHandlers(modulePath: string): Promise<Handlers> {
  const file = path.resolve(modulePath);
  const exported = handlersOf(await load(file), file);
  if (Object.keys(exported).length === 0) throw invalid(file, 'exports no handler');
  return checkUserHandlers(exported, file);
}

/**
 * Handlers under names of their own; `origin` says in messages where they come from.
 * @throws CadenzaError `ConfigurationInvalid` where one is no function, or takes a name that has a meaning already
 */
export function checkUserHandlers(exported: Readonly<Record<string, unknown>>, origin: string): Handlers {
  const handlers: Record<string, Handler> = {};
  for (const [name, value] of Object.entries(exported)) {
    if (typeof value !== 'function') throw invalid(origin, `"${shown(name)}" is not a function`);
    const taken = meaningOf(name);
    if (taken !== undefined) throw invalid(origin, `"${shown(name)}" is ${taken}; give the handler another name`);
    handlers[name] = value as Handler;
  }
  return handlers;
}

async function load(file: string): Promise<Record<string, unknown>> {
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined) throw invalid(file, 'there is no such file');
  if (!stats.isFile()) throw invalid(file, 'is not a file');
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw invalid(file, `can not be loaded: ${String((error as Error | undefined)?.message ?? error)}`, error);
  }
}

/** What import() gives for a CommonJS module has `module.exports` as its default, and names only where they show. */
function handlersOf(module: Record<string, unknown>, file: string): Record<string, unknown> {
  const { default: whole, ...named } = module;
  const exported = isObject(whole) ? { ...named, ...whole } : { ...named };
  delete exported['module.exports'];
  delete exported['__esModule'];
  delete exported['default'];
  if (!Object.hasOwn(exported, 'handlers')) return exported;
  if (!isObject(exported['handlers'])) throw invalid(file, '"handlers" is not an object of functions');
  return exported['handlers'];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function meaningOf(name: string): string | undefined {
  const includes = (names: readonly string[]) => names.includes(name);
  if (includes(BUILT_IN_HANDLERS)) return 'the name of a built-in handler';
  if (includes(MODEL_TASKS)) return 'the name of a model task';
  if ((SYSTEM_ACTIVITIES as readonly string[]).includes(name)) return 'a name that Cadenza uses itself';
  return undefined;
}

function invalid(file: string, reason: string, cause?: unknown): CadenzaError {
  return new CadenzaError('ConfigurationInvalid', `handlers of ${file}: ${reason.slice(0, 300)}`, { cause });
}
