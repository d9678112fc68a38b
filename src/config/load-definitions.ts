import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { check } from '../contracts/check-input.schema';
import { CadenzaError } from '../contracts/failures';
import type { Definition } from '../contracts/pipeline.schema';
import { definitionSchema } from '../contracts/pipeline.schema';
import { packageRoot } from './package-paths';

/** A definition in its normal form; the version is the SHA-256 of that form. */
export type LoadedDefinition = { definition: Definition; version: string };

/** The definitions that ship with the product, by name. @throws CadenzaError `ConfigurationInvalid` naming the file */
export function loadShippedDefinitions(): Map<string, LoadedDefinition> {
  const folder = path.join(packageRoot(), 'definitions');
  const files = readdirSync(folder).filter((name) => /\.(ya?ml|json)$/.test(name));
  return new Map(
    files.map((name) => {
      const loaded = parseDefinition(readFileSync(path.join(folder, name), 'utf8'), name);
      return [loaded.definition.name, loaded] as const;
    }),
  );
}

/** One definition from YAML or JSON; what its steps refer to is checked when it runs. @throws CadenzaError `ConfigurationInvalid`, `InvalidInput` with the path */
export function parseDefinition(text: string, source: string): LoadedDefinition {
  const definition = check(definitionSchema, parseYaml(text, source), source);
  return { definition, version: versionOf(definition) };
}

/** The version of a definition in its normal form: the SHA-256 of all of it but the time that it was made, in hex. */
export function versionOf({ createdAt: _createdAt, ...definition }: Definition): string {
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex');
}

function parseYaml(text: string, source: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new CadenzaError('ConfigurationInvalid', `${source}: ${reason}`);
  }
}
