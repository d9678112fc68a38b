import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { connectCadenza, shippedDefinitions } from '../../client';
import { listQuery } from '../../client/list-query';
import { connectionConfig } from '../../config/connection';
import { readEnvironment } from '../../config/environment';
import { packageRoot } from '../../config/package-paths';
import { CadenzaError } from '../../contracts/failures';
import { shown, suggestion } from '../../contracts/nearest-name';
import { EXIT } from '../../contracts/run';
import { runningServer } from '../../embedded/temporal-server';
import { candidatesFor, SHELLS } from '../completion/candidates';
import type { Candidates } from '../completion/candidates';
import { COMPLETION_SCRIPTS } from '../completion/scripts';
import { cleanLine } from '../render/clean-text';
import type { Terminal } from '../terminal';

/** Somebody waits with a finger on the key. */
const PATIENCE_MS = 1_500;
const MOST_RUNS = 50;

/** `cadenza completion <shell>`: the script that a shell evaluates. @throws CadenzaError `InvalidInput` */
export function completion(terminal: Terminal, name: string): number {
  const shell = SHELLS.find((known) => known === name);
  if (!shell) {
    const message = `there is no completion for "${shown(name)}"${suggestion(name, [...SHELLS])}`;
    throw new CadenzaError('InvalidInput', message, { field: 'shell' });
  }
  terminal.print([COMPLETION_SCRIPTS[shell]]);
  return EXIT.ok;
}

/** `cadenza complete -- words…`: what can stand as the last word, a line each. Starts nothing, never fails, says nothing. */
export async function complete(terminal: Terminal, program: Command, words: readonly string[]): Promise<number> {
  const candidates = candidatesFor(program, words);
  const current = words.at(-1) ?? '';
  if (candidates === 'files') terminal.print([':files']);
  else {
    const found = (await namesOf(candidates)).map(cleanLine).filter((word) => word.startsWith(current));
    if (found.length > 0) terminal.print(found);
  }
  return EXIT.ok;
}

async function namesOf(candidates: Exclude<Candidates, 'files'>): Promise<readonly string[]> {
  if ('words' in candidates) return candidates.words;
  const look: () => string[] | Promise<string[]> = { runs: runIds, models: modelNames, definitions: definitionNames }[
    candidates.names
  ];
  const late = new Promise<string[]>((resolve) => setTimeout(() => resolve([]), PATIENCE_MS).unref());
  const found = Promise.resolve().then(() => look());
  return Promise.race([found, late]).catch((): string[] => []);
}

async function runIds(): Promise<string[]> {
  const environment = readEnvironment();
  const isEmbedded = connectionConfig(environment).kind === 'embedded';
  if (isEmbedded && !(await runningServer(environment.home))) return [];
  const cadenza = await connectCadenza({ environment });
  const ids: string[] = [];
  for await (const { workflowId, parentExecution } of cadenza.temporal.workflow.list({
    query: listQuery({}),
    pageSize: MOST_RUNS,
  })) {
    if (parentExecution) continue;
    if (ids.push(workflowId) >= MOST_RUNS) break;
  }
  await cadenza.close();
  return ids;
}

/** Those of the registry file; what is found in the environment besides is not looked for. */
function modelNames(): string[] {
  const file = readEnvironment().models ?? path.join(packageRoot(), 'models.yaml');
  const { models } = parse(readFileSync(file, 'utf8')) as { models?: object };
  return Object.keys(models ?? {});
}

function definitionNames(): string[] {
  return shippedDefinitions().map(({ name }) => name);
}
