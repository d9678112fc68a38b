import path from 'node:path';
import { BUILT_IN_HANDLERS, MODEL_TASKS, SYSTEM_ACTIVITIES } from '../contracts/names';
import { shown } from '../contracts/nearest-name';
import type { Handler, Handlers } from './handler';
import { importModule, invalidModule, isRecord } from './import-module';

const WHAT = 'handlers';

/**
 * A person's own handlers: the `handlers` object of a CommonJS or ES module, or else its named exports, every one of
 * them a function. The module is run.
 * @throws CadenzaError `ConfigurationInvalid` naming the file and the reason
 */
export async function loadUserHandlers(modulePath: string): Promise<Handlers> {
  const file = path.resolve(modulePath);
  const exported = handlersOf(await importModule(file, WHAT), file);
  if (Object.keys(exported).length === 0) throw invalidModule(WHAT, file, 'exports no handler');
  return checkUserHandlers(exported, file);
}

/**
 * Handlers under names of their own; `origin` says in messages where they come from.
 * @throws CadenzaError `ConfigurationInvalid` where one is no function, or takes a name that has a meaning already
 */
export function checkUserHandlers(exported: Readonly<Record<string, unknown>>, origin: string): Handlers {
  const handlers: Record<string, Handler> = {};
  for (const [name, value] of Object.entries(exported)) {
    if (typeof value !== 'function') throw invalidModule(WHAT, origin, `"${shown(name)}" is not a function`);
    const taken = meaningOf(name);
    if (taken !== undefined) {
      throw invalidModule(WHAT, origin, `"${shown(name)}" is ${taken}; give the handler another name`);
    }
    handlers[name] = value as Handler;
  }
  return handlers;
}

function handlersOf(exported: Record<string, unknown>, file: string): Record<string, unknown> {
  if (!Object.hasOwn(exported, WHAT)) return exported;
  if (!isRecord(exported[WHAT])) throw invalidModule(WHAT, file, '"handlers" is not an object of functions');
  return exported[WHAT];
}

/** What an Activity of that name is already; undefined where it is none. */
export function meaningOf(name: string): string | undefined {
  const includes = (names: readonly string[]) => names.includes(name);
  if (includes(BUILT_IN_HANDLERS)) return 'the name of a built-in handler';
  if (includes(MODEL_TASKS)) return 'the name of a model task';
  if (includes(SYSTEM_ACTIVITIES)) return 'a name that Cadenza uses itself';
  return undefined;
}
