import type { BatchPlan, ItemOutcome } from '../../../../src/contracts/batch-messages';
import type { ContentReference } from '../../../../src/contracts/content';
import { allItemsFailed } from '../../../../src/core/batch/all-items-failed';
import { checkItems, splitItem } from '../../../../src/core/batch/batch-items';
import { batchMarkdown, batchRunProgress, batchSummary } from '../../../../src/core/batch/batch-progress';
import type { BatchState } from '../../../../src/core/batch/batch-state';
import { endItem, firstBatchState, startItem, storeRecords } from '../../../../src/core/batch/batch-state';
import { estimate } from '../../../../src/core/batch/estimate';
import { NO_USAGE } from '../../../../src/core/usage';

const REFERENCE: ContentReference = { ref: `sha256:${'a'.repeat(64)}`, bytes: 1, mediaType: 'application/json' };
const plan: BatchPlan = {
  pattern: 'routeToModel',
  config: {},
  items: 20,
  pages: REFERENCE,
  pageItems: 100,
  maxParallel: 4,
  compare: { normalise: 'value' },
  tenant: '_',
  pins: REFERENCE,
};
const paid = (costNanoUsd: number): ItemOutcome['usage'] => ({
  byModel: { gpt: { ...NO_USAGE, calls: 1, costNanoUsd } },
});
const failed = (message = 'no'): ItemOutcome => ({ usage: paid(5), error: { type: 'ModelRefused', message } });

/** A batch whose items started at 1,000 and ended as given, one after the other, a second apart. */
function batchOf(outcomes: Parameters<typeof endItem>[2][], more: Partial<BatchPlan> = {}): BatchState {
  let state = firstBatchState({ ...plan, ...more }, 1_000, false);
  for (const item of outcomes.keys())
    state = startItem(state, { item, id: `n${item}`, input: {}, labelled: true }, 1_000);
  outcomes.forEach((outcome, item) => (state = endItem(state, item, outcome, 2_000 + item * 1_000)));
  return state;
}

describe('items', () => {
  test('have id and expected taken off, and a number is an id', () => {
    expect(splitItem({ id: 7, expected: null, input: 'x', model: 'gpt' })).toEqual({
      id: '7',
      expected: null,
      input: { input: 'x', model: 'gpt' },
    });
    expect(splitItem({ input: 'x' })).toEqual({ input: { input: 'x' } });
  });

  test.each<[unknown[], string]>([
    [[], 'items: there is no item'],
    [['x'], 'line 1: expected an object'],
    [[{}, []], 'line 2: expected an object'],
    [[{ id: {} }], 'line 1.id: expected a text or a number'],
    [[{ id: '' }], 'line 1.id: expected 1 to 200 characters'],
    [[{ id: 1 }, {}, { id: '1' }], 'line 3.id: "1" is the id of line 1 already'],
  ])('%j are refused', (items, message) => {
    expect(() => checkItems(items, (item) => `line ${item + 1}`)).toThrow(message);
  });

  test('without ids, or with ids that differ, are taken', () => {
    expect(() => checkItems([{}, {}, { id: 1 }, { id: 'one' }])).not.toThrow();
    expect(() => checkItems(Array(100_001).fill({}))).toThrow('100001 items, at most 100000');
  });
});

describe('the estimate', () => {
  const pace = { items: 10, ended: 4, tookMs: 8_000, costUsd: 0.4, runningMs: [500, 1_500], maxParallel: 2 };

  test('is the mean of what ended for what waits, and the rest of what runs, side by side', () => {
    // Four wait for two seconds each, and 1.5 and 0.5 seconds are left of those that run, on two lanes.
    expect(estimate(pace)).toEqual({ secondsLeft: (4 * 2 + 1.5 + 0.5) / 2, estimatedCostUsd: 1 });
  });

  test('is never less than one item, or than what the youngest has to go', () => {
    expect(estimate({ ...pace, items: 7, maxParallel: 100 })?.secondsLeft).toBe(2);
    expect(estimate({ ...pace, items: 6, maxParallel: 100 })?.secondsLeft).toBe(1.5);
    expect(estimate({ ...pace, items: 5, runningMs: [60_000] })?.secondsLeft).toBe(0);
    expect(estimate({ ...pace, items: 4, runningMs: [] })?.secondsLeft).toBe(0);
  });

  test('does not exist before the first item ended', () => {
    expect(estimate({ ...pace, ended: 0 })).toBeUndefined();
  });
});

describe('the account of a batch', () => {
  test('counts what became of each item, its time and its money', () => {
    const state = batchOf([
      { usage: paid(10), settled: { output: 'a', correct: true } },
      { usage: paid(20), settled: { output: 'b', correct: false } },
      failed(),
      { usage: paid(1), error: { type: 'Cancelled', message: 'x' }, cut: true },
    ]);
    expect(state.records).toEqual([
      { item: 0, status: 'completed', output: 'a', correct: true, seconds: 1, usage: { calls: 1, costUsd: 1e-8 } },
      { item: 1, status: 'completed', output: 'b', correct: false, seconds: 2, usage: { calls: 1, costUsd: 2e-8 } },
      {
        item: 2,
        status: 'failed',
        error: { type: 'ModelRefused', message: 'no' },
        seconds: 3,
        usage: { calls: 1, costUsd: 5e-9 },
      },
      { item: 3, status: 'cancelled', seconds: 4, usage: { calls: 1, costUsd: 1e-9 } },
    ]);
    expect(batchSummary(state)).toEqual({
      items: 20,
      completed: 2,
      failed: 1,
      cancelled: 1,
      notStarted: 16,
      labelled: 2,
      correct: 1,
      accuracy: 0.5,
      secondsPerItem: 2,
      costUsdPerItem: 1.2e-8,
      failures: { ModelRefused: 1 },
      firstFailures: [{ item: 2, id: 'n2', error: { type: 'ModelRefused', message: 'no' } }],
    });
  });

  test('takes an end once, and knows nothing of items that did not start', () => {
    const state = batchOf([failed()]);
    expect(endItem(state, 0, failed(), 9_000)).toBe(state);
    expect(endItem(state, 5, failed(), 9_000)).toBe(state);
  });

  test('tells the first ten failures by item, whatever order they came in, with their messages cut', () => {
    let state = firstBatchState(plan, 0, false);
    for (let item = 0; item < 15; item += 1) state = startItem(state, { item, input: {}, labelled: false }, 0);
    for (let item = 14; item >= 0; item -= 1) state = endItem(state, item, failed('m'.repeat(1_000)), 1);
    expect(state.firstFailures.map(({ item }) => item)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(state.firstFailures[0]?.error.message).toHaveLength(300);
    expect(state.failures).toEqual({ ModelRefused: 15 });
  });

  test('gives up records that are stored, and keeps those that came meanwhile', () => {
    const state = batchOf([failed(), failed(), failed()]);
    const stored = storeRecords(state, state.records.slice(0, 2), REFERENCE);
    expect(stored.chunks).toEqual([REFERENCE]);
    expect(stored.records.map(({ item }) => item)).toEqual([2]);
    expect(stored.failed).toBe(3);
  });

  test('says of a batch of which every item failed how many failed of what', () => {
    const state = batchOf(
      [failed('it said no'), failed(), { ...failed(), error: { type: 'InvalidInput', message: 'x' } }],
      {
        items: 3,
      },
    );
    const { type, message } = allItemsFailed(state);
    expect({ type, message }).toEqual({
      type: 'AllItemsFailed',
      message: 'every one of 3 items failed: 2 ModelRefused, 1 InvalidInput; first, n0: it said no',
    });
  });
});

describe('progress', () => {
  const at = { status: 'running', now: 13_000, startedAt: 1_000 } as const;

  test('tells counts, estimates, and what runs longest', () => {
    let state = batchOf([{ usage: paid(4_000_000), settled: { output: 1, correct: true } }], { items: 4 });
    state = startItem(state, { item: 1, id: 'late', input: {}, labelled: false }, 12_000);
    state = startItem(state, { item: 2, input: {}, labelled: false }, 3_000);
    const progress = batchRunProgress(state, at);
    expect(progress).toMatchObject({ pattern: 'batch', status: 'running', steps: [], usage: { costUsd: 0.004 } });
    expect(progress.batch).toEqual({
      items: 4,
      completed: 1,
      failed: 0,
      running: 2,
      labelled: 1,
      correct: 1,
      accuracy: 1,
      costUsd: 0.004,
      secondsLeft: 1,
      estimatedCostUsd: 0.016,
      longest: [
        { item: 2, seconds: 10 },
        { item: 1, id: 'late', seconds: 1 },
      ],
    });
    expect(batchMarkdown(progress)).toContain('| 4 | 1 | 0 | 2 |');
    expect(batchMarkdown(progress)).toContain('100% of 1 are right · about 1.0 s left');
    const ended = { ...progress, status: 'completed' as const };
    expect(batchMarkdown(ended)).not.toMatch(/left|in all/);
  });

  test('has nothing to count before the input was checked', () => {
    const progress = batchRunProgress(undefined, at);
    expect(progress).not.toHaveProperty('batch');
    expect(batchMarkdown(progress)).toBe('');
  });
});
