import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startOwnServer } from '../src/embedded/own-server';

/** One of those that are compared: `run` ends when a run of so many calls has ended, `start` when it has begun. */
export type Side = {
  run(calls: number): Promise<void>;
  start(calls: number): Promise<void>;
  rssMb(): number;
};

/** The product's pipeline and its chain, and what they are measured against. */
export const SIDES = ['pipeline', 'chain', 'handWritten'] as const;

export type Stage = {
  sides: Record<(typeof SIDES)[number], Side>;
  client: Client;
  /** What a client of the product needs to be on this stage. */
  variables: Record<string, string>;
  close(): Promise<void>;
};

export type StageOptions = {
  delayMs: number;
  slots: number;
  /** Length of the model's answers; left out, a few words. */
  answerCharacters?: number;
};

/** A server, a model that takes `delayMs`, and a Worker process for each side, all on this machine. */
export async function openStage({ delayMs, slots, answerCharacters }: StageOptions): Promise<Stage> {
  const server = await startOwnServer({ name: 'bench' });
  const { home } = server;
  const model = await startProcess('model-process.js', {});
  const length = answerCharacters === undefined ? '' : `/${answerCharacters}`;
  const url = `http://127.0.0.1:${model.message}/${delayMs}${length}/v1`;
  const models = path.join(home, 'models.yaml');
  await writeFile(
    models,
    `providers: { bench: { type: openai, baseUrl: ${url} } }
models: { gpt: { provider: bench, model: bench, contextTokens: 1000000, price: { input: 1, output: 2 } } }
tasks: { default: gpt }
`,
  );
  const variables = {
    BENCH_MODEL_URL: url,
    BENCH_SLOTS: String(slots),
    TEMPORAL_ADDRESS: server.address,
    CADENZA_HOME: home,
    CADENZA_MODELS: models,
  };
  const product = await startProcess('product-worker-process.js', variables);
  const plain = await startProcess('hand-written/worker-process.js', variables);
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  const side = (type: string, taskQueue: string, argsFor: (calls: number) => unknown[]) => ({
    run: async (calls: number) => {
      await client.workflow.execute(type, { taskQueue, workflowId: `${type}-${randomUUID()}`, args: argsFor(calls) });
    },
    start: async (calls: number) => {
      await client.workflow.start(type, { taskQueue, workflowId: `${type}-${randomUUID()}`, args: argsFor(calls) });
    },
  });

  return {
    sides: {
      pipeline: {
        ...side('pipeline', 'cadenza', (calls) => [{ steps: pipelineOf(calls) }]),
        rssMb: () => rssMb(product.child),
      },
      chain: {
        ...side('chain', 'cadenza', (calls) => [{ initialPrompt: 'say something short', steps: chainOf(calls) }]),
        rssMb: () => rssMb(product.child),
      },
      handWritten: {
        ...side('handWritten', 'hand-written', (calls) => ['say something short', calls]),
        rssMb: () => rssMb(plain.child),
      },
    },
    client,
    variables,
    async close() {
      await connection.close();
      for (const { child } of [product, plain, model]) child.kill('SIGKILL');
      await server.close();
    },
  };
}

/** Steps of a chain that are each filled from the one before. */
function chainOf(calls: number) {
  return Array.from({ length: calls }, (_, index) => ({
    name: `call${index}`,
    promptTemplate: index === 0 ? '{initial_input}' : `{call${index - 1}}`,
  }));
}

/** Steps of a pipeline that each take the text of the one before. */
function pipelineOf(calls: number) {
  return Array.from({ length: calls }, (_, index) => ({
    name: `call${index}`,
    handler: 'generate',
    inputs: { prompt: index === 0 ? { value: 'say something short' } : `call${index - 1}.text` },
  }));
}

async function startProcess(file: string, variables: Record<string, string>) {
  const child = fork(path.join(__dirname, file), {
    env: { PATH: process.env['PATH'], ...variables },
    stdio: 'inherit',
  });
  const [message] = (await once(child, 'message')) as [string];
  return { child, message };
}

function rssMb({ pid }: ChildProcess): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
