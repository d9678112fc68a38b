import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Environment } from '../config/environment';
import { CadenzaError } from '../contracts/failures';
import { readStateFile, removeStateFile, writeStateFile } from './state-file';

const keptSchema = z.object({ handlers: z.string() });

/**
 * The environment with the handlers that the Worker of this home last ran with, where it names none: a command in another
 * shell must not take them from runs in progress. @throws CadenzaError `ConfigurationInvalid` where they are gone
 */
export function withKeptHandlers(environment: Environment): Environment {
  if (environment.handlers !== undefined) return environment;
  const kept = readStateFile(fileIn(environment.home), keptSchema);
  if (!kept) return environment;
  if (existsSync(kept.handlers)) return { ...environment, handlers: kept.handlers };
  throw new CadenzaError(
    'ConfigurationInvalid',
    `the handlers that the worker here was last started with are gone: ${kept.handlers}. Set CADENZA_HANDLERS to where they are now, or go on without them after \`cadenza down --forget-handlers\`.`,
    { field: 'CADENZA_HANDLERS' },
  );
}

/** Remembers the handlers of a Worker that has started, by the absolute path of their module. */
export function keepHandlers({ home, handlers }: Pick<Environment, 'home' | 'handlers'>): void {
  if (handlers !== undefined) writeStateFile(fileIn(home), { handlers });
}

/** From here on a command that names no handlers has none of a person's own. */
export function forgetHandlers(home: string): void {
  removeStateFile(fileIn(home));
}

function fileIn(home: string): string {
  return path.join(home, 'handlers.json');
}
