import { fork, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { parse, stringify } from 'yaml';
import { readEnvironment } from '../src/config/environment';
import { anyFreePort } from '../src/embedded/free-port';
import { ensureTemporalServer, stopTemporalServer } from '../src/embedded/temporal-server';
import type { Measure } from './measures';

const CALL_MS = 200;
const EXAMPLE = path.join(__dirname, '..', '..', '..', 'examples', 'game-of-24');

/** A tree as the example asks for it. */
type Tree = Record<string, unknown>;

/**
 * The Game of 24 at b = 5 and 200 ms a call: one puzzle against its critical path, which is the calls that have to wait
 * for each other; and the hundred puzzles at once against one after another.
 */
export async function tree(): Promise<Measure[]> {
  const { client, close } = await openTreeStage();
  const example = parse(readFileSync(path.join(EXAMPLE, 'tree.yaml'), 'utf8')) as Tree;
  const file = readFileSync(path.join(EXAMPLE, 'puzzles.json'), 'utf8');
  const { puzzles } = JSON.parse(file) as { puzzles: string[] };
  const solve = async (problem: string) => {
    const workflowId = `tree-${randomUUID()}`;
    await client.workflow.execute('treeOfThought', {
      taskQueue: 'cadenza',
      workflowId,
      args: [{ ...example, problem }],
    });
    return workflowId;
  };
  try {
    for (const puzzle of puzzles.slice(0, 3)) await solve(puzzle);
    const ratios: { wallMs: number; criticalMs: number }[] = [];
    for (const puzzle of puzzles.slice(0, 11)) {
      const start = performance.now();
      const id = await solve(puzzle);
      const wallMs = performance.now() - start;
      ratios.push({ wallMs, criticalMs: CALL_MS * (await callWaves(client, id)) });
    }
    const alone = await timed(async () => {
      for (const puzzle of puzzles) await solve(puzzle);
    });
    const together = await timed(async () => void (await Promise.all(puzzles.map(solve))));
    return [oneTree(ratios), hundredTrees(alone, together)];
  } finally {
    await close();
  }
}

function oneTree(ratios: readonly { wallMs: number; criticalMs: number }[]): Measure {
  const sorted = [...ratios].sort((a, b) => a.wallMs / a.criticalMs - b.wallMs / b.criticalMs);
  const { wallMs, criticalMs } = sorted[Math.floor(sorted.length / 2)] as (typeof sorted)[number];
  const ratio = wallMs / criticalMs;
  return {
    name: 'one puzzle, b = 5',
    cadenza: wallMs,
    handWritten: criticalMs,
    against: 'critical path',
    unit: 'ms',
    ratio,
    limit: 'at most 1.8',
    holds: ratio <= 1.8,
  };
}

function hundredTrees(aloneMs: number, togetherMs: number): Measure {
  const ratio = aloneMs / togetherMs;
  return {
    name: '100 puzzles at once',
    cadenza: togetherMs / 1000,
    handWritten: aloneMs / 1000,
    against: 'one after another',
    unit: 's',
    ratio,
    limit: 'at least 10',
    holds: ratio >= 10,
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** How often a tree has waited for models: what one Workflow Task has asked for is asked side by side. */
async function callWaves(client: Client, workflowId: string): Promise<number> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const waves = new Set<string>();
  for (const event of events ?? []) {
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
    const activity = event.activityTaskScheduledEventAttributes;
    const data = activity?.input?.payloads?.[0]?.data;
    const asksModel = data && !Buffer.from(data).toString('utf8').includes('"question":"check"');
    const task =
      child?.workflowTaskCompletedEventId ?? (asksModel ? activity?.workflowTaskCompletedEventId : undefined);
    if (task) waves.add(String(task));
  }
  return waves.size;
}

async function openTreeStage(): Promise<{ client: Client; close(): Promise<void> }> {
  const home = await mkdtemp(path.join(tmpdir(), 'cadenza-bench-'));
  const server = await ensureTemporalServer({
    home,
    cacheDir: readEnvironment().cache,
    port: await anyFreePort(),
    uiPort: await anyFreePort(),
    detached: true,
    say: (message) => console.error(message),
  });
  const port = await anyFreePort();
  const program = [path.join(EXAMPLE, 'simulated-model.mjs'), '--port', String(port), '--delay', String(CALL_MS)];
  const model = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(model.stdout, 'data');
  const registry = path.join(home, 'models.yaml');
  const provider = { type: 'openai', baseUrl: `http://127.0.0.1:${port}/v1`, samplesPerRequest: 20 };
  const models = { simulated: { provider: 'bench', model: 'gpt-4', price: { input: 30, output: 60 } } };
  await writeFile(registry, stringify({ providers: { bench: provider }, models, tasks: { generation: 'simulated' } }));
  const worker = fork(path.join(__dirname, 'product-worker-process.js'), {
    env: {
      PATH: process.env['PATH'],
      BENCH_SLOTS: '200',
      TEMPORAL_ADDRESS: server.address,
      CADENZA_HOME: home,
      CADENZA_MODELS: registry,
    },
    stdio: 'inherit',
  });
  await once(worker, 'message');
  const connection = await Connection.connect({ address: server.address });
  return {
    client: new Client({ connection }),
    async close() {
      await connection.close();
      for (const child of [worker, model]) child.kill('SIGKILL');
      await stopTemporalServer(home);
      await rm(home, { recursive: true, force: true });
    },
  };
}
