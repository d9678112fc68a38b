import { agreementLines } from '../../../src/cli/render/agreement-lines';
import { batchLines, batchResultLines, batchSentence } from '../../../src/cli/render/batch-lines';
import { widthOf } from '../../../src/cli/render/layout';
import { PLAIN } from '../../../src/cli/render/paint';
import { resultLines } from '../../../src/cli/render/run-result';
import type { BatchResult, BatchSummary } from '../../../src/contracts/batch.schema';
import type { BatchProgress } from '../../../src/contracts/batch-messages';
import type { JsonValue } from '../../../src/contracts/json';
import { showUsage } from '../../../src/core/usage';

const WIDTHS = [79, 40];
const progress: BatchProgress = {
  items: 12_000,
  completed: 5_900,
  failed: 100,
  running: 50,
  labelled: 4_000,
  correct: 3_000,
  accuracy: 0.75,
  secondsLeft: 125,
  costUsd: 1.5,
  estimatedCostUsd: 3,
  longest: [{ item: 7, id: 'slow\u001b[2J one', seconds: 90 }],
};
const summary: BatchSummary = {
  items: 30,
  completed: 15,
  failed: 12,
  cancelled: 1,
  notStarted: 2,
  labelled: 10,
  correct: 9,
  accuracy: 0.9,
  secondsPerItem: 2,
  costUsdPerItem: 0.001,
  failures: { RateLimited: 2, ModelRefused: 10 },
  firstFailures: Array.from({ length: 10 }, (_, item) => ({
    item,
    ...(item === 0 ? { id: 'first' } : {}),
    error: { type: 'ModelRefused', message: 'it declined '.repeat(10) },
  })),
};
const result: BatchResult = { results: [], summary, usage: showUsage({}), partial: false };

const text = (lines: readonly string[], columns: number) => {
  expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
  return lines.join('\n').replace(/\s+/g, ' ');
};

test.each(WIDTHS)('how far a batch is, on %i columns', (columns) => {
  const shown = text(batchLines(progress, { columns, paint: PLAIN }), columns);
  expect(shown).toMatch(/█+░+ 6,000 of 12,000/);
  expect(shown).toContain('100 failed, about 2 min 5 s left, $1.50 of about $3.00, 75% right (3,000 of 4,000)');
  expect(shown).toContain('items[7] slow');
  expect(shown).not.toContain('\u001b');
});

test('a batch in one sentence leaves out what is not known', () => {
  expect(batchSentence(progress)).toMatch(/^6,000 of 12,000 items, 100 failed/);
  const fresh = { items: 3, completed: 0, failed: 0, running: 1, costUsd: 0, longest: [] };
  expect(batchSentence(fresh)).toBe('0 of 3 items, $0');
  expect(batchLines(fresh, { columns: 79, paint: PLAIN }).join('')).not.toContain('█');
});

test.each(WIDTHS)('a batch that has ended, on %i columns: the counts, then at most ten that failed', (columns) => {
  const shown = text(batchResultLines(result, { columns, paint: PLAIN }), columns);
  expect(shown).toContain('15 of 30 items completed, 12 failed, 1 cut off, 2 not started 90% right (9 of 10)');
  expect(shown).toContain('Failed: 10 ModelRefused, 2 RateLimited ✗ items[0] first ModelRefused: it declined');
  expect(shown).toContain('and 2 more');
  expect(shown.match(/✗/g)).toHaveLength(10);
});

test('the summary comes first in the result of a batch, and its list of items is no pipeline', () => {
  const reference = { ref: `sha256:${'0'.repeat(64)}`, bytes: 9_000, mediaType: 'application/json' };
  const lines = resultLines(
    'mail',
    {
      workflowId: 'mail',
      runId: 'r',
      pattern: 'batch',
      status: 'completed',
      result: { ...result, results: reference } as unknown as JsonValue,
    },
    { columns: 79, paint: PLAIN, output: undefined },
  );
  expect(lines[1]).toContain('15 of 30 items completed');
  expect(lines.join('\n')).toContain('more\n  Used: no calls to a provider, $0');
  expect(lines.join('\n')).not.toContain('How it was decided');
});

test.each(WIDTHS)('how members agree, on %i columns', (columns) => {
  const agreement = {
    pairs: [
      { a: 0, b: 1, compared: 4, equal: 3, agreement: 0.75, bothWrong: 2, sameError: 1, errorAgreement: 0.5 },
      { a: 0, b: 2, compared: 4, equal: 1, agreement: 0.25, bothWrong: 0, sameError: 0 },
      { a: 1, b: 2, compared: 0, equal: 0, bothWrong: 0, sameError: 0 },
    ],
    members: [{ member: 0, answers: 4, right: 1, accuracy: 0.25 }],
    labelled: 4,
    allWrong: 1,
    coFailure: 0.25,
  };
  const shown = text(agreementLines(agreement, { columns, paint: PLAIN }), columns);
  expect(shown).toMatch(/0 and 1 agree 75% both wrong 2 ti/);
  expect(shown).toContain('0 and 2 agree 25% never both wrong');
  expect(shown).not.toContain('1 and 2');
  expect(shown).toContain('right: 0 25% all wrong: 25% of 4 items');
  expect(agreementLines(undefined, { columns, paint: PLAIN })).toEqual([]);
});
