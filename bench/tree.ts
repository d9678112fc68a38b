import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { parse } from 'yaml';
import type { TreeOfThoughtResult } from '../src/contracts/tree-of-thought.schema';
import { anyFreePort } from '../src/embedded/free-port';
import type { Measure } from './measures';
import { openProductStage } from './product-stage';

const CALL_MS = 200;
const EXAMPLE = path.join(__dirname, '..', '..', '..', 'examples', 'game-of-24');

type Solved = { workflowId: string; calls: number };

/** A tree as the example asks for it. */
type Tree = Record<string, unknown>;

/**
 * The Game of 24 at b = 5 and 200 ms a call: one puzzle against its critical path, which is the calls that have to wait
 * for each other; and a hundred puzzles at once against their calls made one after another.
 */
export async function tree(): Promise<Measure[]> {
  const { client, modelUrl, close } = await openProductStage(startModel, registryAt);
  const example = parse(readFileSync(path.join(EXAMPLE, 'tree.yaml'), 'utf8')) as Tree;
  const file = readFileSync(path.join(EXAMPLE, 'puzzles.json'), 'utf8');
  const { puzzles } = JSON.parse(file) as { puzzles: string[] };
  const solve = async (problem: string): Promise<Solved> => {
    const workflowId = `tree-${randomUUID()}`;
    const { usage } = (await client.workflow.execute('treeOfThought', {
      taskQueue: 'cadenza',
      workflowId,
      args: [{ ...example, problem }],
    })) as TreeOfThoughtResult;
    return { workflowId, calls: usage.calls };
  };
  try {
    for (const puzzle of puzzles.slice(0, 3)) await solve(puzzle);
    const ratios: { wallMs: number; criticalMs: number }[] = [];
    for (const puzzle of puzzles.slice(0, 11)) {
      const start = performance.now();
      const { workflowId } = await solve(puzzle);
      const wallMs = performance.now() - start;
      ratios.push({ wallMs, criticalMs: CALL_MS * (await callWaves(client, workflowId)) });
    }
    const start = performance.now();
    const solved = await Promise.all(puzzles.map(solve));
    const togetherMs = performance.now() - start;
    const calls = solved.reduce((sum, one) => sum + one.calls, 0);
    const callMs = await meanCall(modelUrl, puzzles);
    return [oneTree(ratios), hundredTrees(calls * callMs, togetherMs, calls)];
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

function hundredTrees(aloneMs: number, togetherMs: number, calls: number): Measure {
  const ratio = aloneMs / togetherMs;
  return {
    name: '100 puzzles at once',
    cadenza: togetherMs / 1000,
    handWritten: aloneMs / 1000,
    against: 'one call after another',
    unit: 's',
    ratio,
    limit: 'at least 10',
    holds: ratio >= 10,
    note: `${calls} calls`,
  };
}

/** What a call takes where each waits for the one before: fifty of them, made by hand in the same run. */
async function meanCall(url: string, puzzles: readonly string[]): Promise<number> {
  const some = puzzles.slice(0, 50);
  const start = performance.now();
  for (const puzzle of some) {
    const messages = [{ role: 'user', content: `Input: ${puzzle}\nPossible next steps:` }];
    const body = JSON.stringify({ model: 'gpt-4', messages, temperature: 0.7 });
    const response = await fetch(`${url}/chat/completions`, { method: 'POST', body });
    await response.text();
  }
  return (performance.now() - start) / some.length;
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

async function startModel() {
  const port = await anyFreePort();
  const program = [path.join(EXAMPLE, 'simulated-model.mjs'), '--port', String(port), '--delay', String(CALL_MS)];
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return { child, url: `http://127.0.0.1:${port}/v1` };
}

function registryAt(url: string): object {
  const provider = { type: 'openai', baseUrl: url, samplesPerRequest: 20 };
  const models = { simulated: { provider: 'bench', model: 'gpt-4', price: { input: 30, output: 60 } } };
  return { providers: { bench: provider }, models, tasks: { generation: 'simulated' } };
}
