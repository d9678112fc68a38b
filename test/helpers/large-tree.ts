import type { RunRecord } from '../../src/client';
import type { JsonValue } from '../../src/contracts/json';

/** The record of a tree of so many thoughts, eight below each, of which two were gone on from. */
export function largeTree(count: number): RunRecord {
  const nodes = Array.from({ length: count }, (_, id) => {
    const parent = id === 0 ? null : Math.floor((id - 1) / 8);
    const isCut = id > 0 && id % 8 > 2 && 8 * id + 1 >= count;
    return {
      id,
      parent,
      depth: id === 0 ? 0 : Math.floor(Math.log(id * 7 + 1) / Math.log(8)),
      kind: id === 0 ? 'root' : 'thought',
      thought: `thought ${id}: take ${id % 13} from ${id % 7} and look at what is left of it`,
      score: id === 0 ? null : (id * 37) % 100,
      status: isCut ? 'pruned' : id < 3 ? 'best' : 'expanded',
      ...(isCut ? { reason: 'outside_beam' } : {}),
    };
  });
  const usage = { calls: 0, cutCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, journalHits: 0, cacheHits: 0 };
  const result = {
    tree: { nodes },
    bestPath: ['problem', 'thought 1'],
    bestScore: 37,
    finalSolution: 'thought 1',
    verified: false,
    usage: { ...usage, byModel: {}, byStep: {} },
    partial: false,
  } as unknown as JsonValue;
  return {
    envelope: { workflowId: 'large', runId: 'r', pattern: 'treeOfThought', status: 'completed', result },
    runId: 'r',
    input: { problem: 'a large one' },
    tenant: '_',
    startedAt: 0,
    endedAt: 60_000,
    spans: [],
    history: { events: 1, runs: 1, complete: true },
  };
}
