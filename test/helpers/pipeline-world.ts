import { setTimeout as sleep } from 'node:timers/promises';
import type { GivenInput } from '../../src/client';
import { CadenzaError } from '../../src/contracts/failures';
import type { Handlers } from '../../src/handlers/handler';
import type { CadenzaWorker } from '../../src/worker';
import { createWorker } from '../../src/worker';
import { closeTestServer } from './test-server';
import type { TestWorld } from './test-world';
import { createTestWorld } from './test-world';

/** What the handlers `note` and `flaky` of this file have done, and how often `flaky` still fails. */
export const log: string[] = [];
export const flaky = { failuresLeft: 0 };

const handlers: Handlers = {
  echo: (inputs, config) => ({ ...config, ...inputs }),
  note: async (inputs, { name, ms }) => {
    log.push(`${String(name)} starts`);
    await sleep(Number(ms));
    log.push(`${String(name)} ends`);
    return { name: name ?? null, inputs };
  },
  flaky: () => {
    flaky.failuresLeft -= 1;
    if (flaky.failuresLeft >= 0) throw new Error('not yet');
    return { ok: true };
  },
  permanent: () => {
    throw new CadenzaError('DocumentCorrupt', 'x.pdf is damaged');
  },
  patient: (_inputs, _config, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  ask_then_fail_once: async (_inputs, _config, { ask, attempt }) => {
    const { result } = await ask('generation', { text: 'say hello' });
    if (attempt === 1) throw new Error('after the answer');
    return result;
  },
  ask_unless_bad: async ({ prompt }, _config, { ask }) => {
    if (prompt === 'bad') throw new CadenzaError('DocumentCorrupt', 'bad entry');
    return (await ask('generation', { text: String(prompt) })).result;
  },
  ask: async ({ prompt }, { model }, { ask }) =>
    ask('generation', { text: String(prompt) }, typeof model === 'string' ? { model } : {}),
};

let world: TestWorld;
let worker: CadenzaWorker;
let served: Promise<void>;

/** A world with a Worker of these handlers, for a file of tests of pipelines. End it with `closePipelineWorld`. */
export async function openPipelineWorld(): Promise<TestWorld> {
  world = await createTestWorld();
  worker = await createWorker({ environment: world.environment, handlers });
  served = worker.run();
  return world;
}

export async function closePipelineWorld(): Promise<void> {
  worker.shutdown();
  await served;
  await world.close();
  await closeTestServer();
}

export function resetPipelineWorld(): void {
  log.length = 0;
  flaky.failuresLeft = 0;
  world.models.script(undefined);
}

/** A pipeline from its start to its end. */
export const run = async (input: GivenInput<'pipeline'>) => (await world.cadenza.start('pipeline', input)).outcome();
export type Steps = NonNullable<GivenInput<'pipeline'>['steps']>;
export const steps = (...list: Steps): GivenInput<'pipeline'> => ({ steps: list });
