import { createHash, randomBytes, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../config/environment';
import { compiledFile, packageRoot } from '../config/package-paths';
import { loadRegistry } from '../gateway/registry';

/** What a Worker was started with: two Workers of the same answer every run alike. */
export type WorkerSettings = {
  environment: Environment;
  /** File of the model registry, where the command names one. */
  models?: string | undefined;
  variables: NodeJS.ProcessEnv;
};

/** A salted hash, safe to keep in a file: no key can be guessed from it cheaply. */
export type Fingerprint = { salt: string; hash: string };

/**
 * Hash of everything that decides how a Worker answers: version, registry, handlers, keys, endpoints, store.
 * @throws CadenzaError `ConfigurationInvalid` for a registry that can not be read
 */
export function workerFingerprint(settings: WorkerSettings): Fingerprint {
  return hashWith(randomBytes(16).toString('hex'), settings);
}

/** True where a Worker with these settings would have that fingerprint. @throws as `workerFingerprint` */
export function fingerprintMatches({ salt, hash }: Fingerprint, settings: WorkerSettings): boolean {
  return hashWith(salt, settings).hash === hash;
}

function hashWith(salt: string, settings: WorkerSettings): Fingerprint {
  const facts = JSON.stringify([
    codeFacts(),
    registryFacts(settings),
    fileFacts(settings.environment.handlers),
    settings.environment.store,
    settings.environment.cache,
    [settings.environment.webhookSecrets, settings.environment.webhookPrivate],
    settings.environment.encryptionKeys?.map(({ id, key }) => [id, key.export().toString('hex')]),
  ]);
  return { salt, hash: scryptSync(facts, salt, 32).toString('hex') };
}

/** The package and its workflow code: a Worker of an older one must not go on after an upgrade. */
function codeFacts(): string[] {
  return [path.join(packageRoot(), 'package.json'), compiledFile('workflow-bundle.js.sha256')].map(
    (file) => contentHash(file) ?? '',
  );
}

function registryFacts({ environment, models, variables }: WorkerSettings): unknown {
  const file = models ?? environment.models;
  const { config } = loadRegistry({ file, environment: {} });
  const named = Object.values(config.providers).flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []);
  // What a registry found by itself is made from counts only where no file was given.
  const found = file === undefined ? Object.keys(variables).filter(isFoundByGateway) : [];
  const values = [...new Set([...named, ...found])].sort().map((name) => [name, variables[name] ?? '']);
  return [fileFacts(file), values];
}

function isFoundByGateway(name: string): boolean {
  return (
    name === 'OPENAI_API_KEY' || name === 'OPENAI_BASE_URL' || name === 'OPENAI_MODEL' || name.startsWith('OLLAMA')
  );
}

function fileFacts(file: string | undefined): unknown {
  return file === undefined ? null : [path.resolve(file), contentHash(file) ?? 'unreadable'];
}

function contentHash(file: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return undefined;
  }
}
