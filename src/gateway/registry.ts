import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { check } from '../contracts/check-input.schema';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import { MODEL_TASKS } from '../contracts/names';
import { shown, suggestion } from '../contracts/nearest-name';
import type { RegistryConfig } from '../contracts/registry.schema';
import { registrySchema } from '../contracts/registry.schema';
import { checkRegistryNames } from './check-registry-names';
import type { Environment } from './environment';
import { variable } from './environment';

/** A registry whose names fit together. `source` is what messages call it: a path, or where it was found. */
export type Registry = { readonly config: RegistryConfig; readonly source: string };

/** Where to load from: `text` counts before `file`, that before CADENZA_MODELS, that before the file that ships. */
export type RegistrySource = { file?: string | undefined; text?: string | undefined; environment: Environment };

/** The registry that ships: works without a key. The same path from `src/` and from `lib/`. */
export const SHIPPED_REGISTRY_FILE = path.resolve(__dirname, '..', '..', 'models.yaml');

/**
 * A registry from YAML or JSON. A key whose variable is not set is no error here: a registry may hold models that
 * nobody uses (see `describeRegistry`).
 * @throws CadenzaError `ConfigurationInvalid` naming the file and the line or field
 */
export function loadRegistry({ file, text, environment }: RegistrySource): Registry {
  const chosen = file ?? variable(environment, 'CADENZA_MODELS') ?? SHIPPED_REGISTRY_FILE;
  const source = text === undefined ? chosen : (file ?? 'the given models');
  return parseRegistry(text ?? read(chosen), source);
}

/** True where the person chose a registry: then nothing found in the environment replaces it. */
export function isRegistryGiven({ file, text, environment }: RegistrySource): boolean {
  return text !== undefined || file !== undefined || variable(environment, 'CADENZA_MODELS') !== undefined;
}

/** A registry from a value that is data already. @throws CadenzaError `ConfigurationInvalid` */
export function checkRegistry(value: unknown, source: string): Registry {
  const config = checkShape(value, source);
  checkRegistryNames(config, source);
  return { config, source };
}

function parseRegistry(text: string, source: string): Registry {
  const lines = new LineCounter();
  // Pretty errors quote the file, which may hold a key that somebody wrote into it.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const error = document.errors[0];
  if (error) {
    throw new CadenzaError(
      'ConfigurationInvalid',
      `${source}: line ${lines.linePos(error.pos[0]).line}: ${shown(error.message)}`,
    );
  }
  return checkRegistry(toData(document, source), source);
}

function toData(document: ReturnType<typeof parseDocument>, source: string): unknown {
  try {
    return document.toJS();
  } catch {
    // An alias without an anchor, or so many aliases that the file is an attack on memory.
    throw new CadenzaError('ConfigurationInvalid', `${source}: an alias (*name) in it can not be resolved`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a directory' : `can not be read (${code})`;
    throw new CadenzaError('ConfigurationInvalid', `models file ${shownPath(file)}: ${why}`);
  }
}

function checkShape(value: unknown, source: string): RegistryConfig {
  checkTaskNames(value, source);
  try {
    return check(registrySchema, value, source);
  } catch (error) {
    if (!isCadenzaError(error)) throw error;
    throw new CadenzaError('ConfigurationInvalid', withoutSecret(error), { field: error.field });
  }
}

/** The schema of a record does not say which keys there are. */
function checkTaskNames(value: unknown, source: string): void {
  const allowed = [...MODEL_TASKS, 'default'];
  const tasks = (value as { tasks?: unknown } | null | undefined)?.tasks ?? {};
  const unknown = typeof tasks === 'object' ? Object.keys(tasks).find((task) => !allowed.includes(task)) : undefined;
  if (unknown === undefined) return;
  const problem = `unknown task "${shown(unknown)}"${suggestion(unknown, allowed)}`;
  throw new CadenzaError('ConfigurationInvalid', `${source}: tasks: ${problem}`, { field: 'tasks' });
}

/** The two fields into which people put keys and passwords by mistake: their value is not shown. */
function withoutSecret(error: CadenzaError): string {
  return /\.(?:apiKeyEnv|baseUrl)$/.test(error.field ?? '') ? error.message.replace(/, got .*$/s, '') : error.message;
}

function shownPath(file: string): string {
  return file.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
