import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import type { Measure } from './measures';
import { openProductStage } from './product-stage';

const MEMBERS = 20;
const CALL_MS = 200;
const ROUNDS = 15;
const QUORUM = 3;

/** How long each member takes: all the same, and each a little longer than the one before. */
const EVEN = Array.from({ length: MEMBERS }, () => CALL_MS);
const STAGGERED = Array.from({ length: MEMBERS }, (_, index) => CALL_MS + 100 * index);

/**
 * 20 members at 200 ms against the slowest of them, and with a quorum of three against the one that decides it, each
 * measured by calling the model itself in the same run.
 */
export async function ensemble(): Promise<Measure[]> {
  const { client, modelUrl, close } = await openProductStage(startModel, registryAt);
  const decide = async (delays: readonly number[], more: object) => {
    const members = delays.map((delay) => `m${delay}`);
    const start = performance.now();
    const input = { task: 'generation', input: 'say something short', members, ...more };
    await client.workflow.execute('ensemble', {
      taskQueue: 'cadenza',
      workflowId: `ensemble-${randomUUID()}`,
      args: [input],
    });
    return performance.now() - start;
  };
  const callAlone = async (delayMs: number) => {
    const start = performance.now();
    const body = JSON.stringify({ model: 'bench', messages: [{ role: 'user', content: 'say something short' }] });
    await (await fetch(`${modelUrl}/${delayMs}/v1/chat/completions`, { method: 'POST', body })).text();
    return performance.now() - start;
  };
  try {
    for (let warm = 0; warm < 5; warm += 1) await decide(EVEN, {});
    const all = await medianOf(() => decide(EVEN, {}));
    const slowest = await medianOf(() => callAlone(CALL_MS));
    const quorum = await medianOf(() => decide(STAGGERED, { stop: { quorum: QUORUM } }));
    const deciding = await medianOf(() => callAlone(STAGGERED[QUORUM - 1] as number));
    return [
      measure(`${MEMBERS} members at ${CALL_MS} ms`, all, slowest, 'the slowest member'),
      measure(`${MEMBERS} members, quorum ${QUORUM}`, quorum, deciding, 'the deciding member'),
    ];
  } finally {
    await close();
  }
}

function measure(name: string, cadenza: number, alone: number, against: string): Measure {
  const ratio = cadenza / alone;
  return { name, cadenza, handWritten: alone, against, unit: 'ms', ratio, limit: 'at most 1.8', holds: ratio <= 1.8 };
}

async function startModel() {
  const child = fork(path.join(__dirname, 'model-process.js'), {
    env: { PATH: process.env['PATH'] },
    stdio: 'inherit',
  });
  const [port] = (await once(child, 'message')) as [string];
  return { child, url: `http://127.0.0.1:${port}` };
}

/** A model for each time that a member takes. */
function registryAt(url: string): object {
  const delays = [...new Set([...EVEN, ...STAGGERED])];
  const provider = (delay: number) => ({ type: 'openai', baseUrl: `${url}/${delay}/v1` });
  const model = (delay: number) => ({ provider: `p${delay}`, model: 'bench', price: { input: 1, output: 2 } });
  return {
    providers: Object.fromEntries(delays.map((delay) => [`p${delay}`, provider(delay)])),
    models: Object.fromEntries(delays.map((delay) => [`m${delay}`, model(delay)])),
    tasks: { default: `m${CALL_MS}` },
  };
}

async function medianOf(work: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await work());
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number;
}
