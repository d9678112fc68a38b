import type { RunRecord } from '../../../src/client';
import { PATTERNS } from '../../../src/contracts/names';
import type { Pattern } from '../../../src/contracts/names';
import { showUsage } from '../../../src/core/usage';
import { markupOf } from '../../../src/report/html';
import { buildReport } from '../../../src/report/model/report-model';
import { runMain } from '../../../src/report/page/run-page';
import { RECORDED, recordedRun } from '../../helpers/recorded-run';

const events = {
  subscriptions: [{ name: 'first', on: 'a', handled: 1, failed: 0, running: 0 }],
  ...{ backlog: 0, running: 0, received: 2, repeated: 0, filtered: 0, unhandled: 1, handled: 1, failed: 0 },
  ...{ deadLetters: 1, handledPerMinute: 0 },
};
const letter = { id: 'd1', reason: 'unhandled', at: '2026-11-27T00:00:00Z', event: { type: 'b', id: '1' } };

/** What a Worker would add to a recorded run. */
const ASKED: Partial<Record<Pattern, Partial<RunRecord>>> = {
  eventRouter: {
    progress: {
      pattern: 'eventRouter',
      status: 'cancelled',
      startedAt: '',
      steps: [],
      events,
      usage: showUsage({}),
    } as never,
    deadLetters: { tenant: '_', chunks: [], letters: [letter] } as never,
  },
};

/** What the page of each has to tell of how it was decided. */
const TELLS: Record<Pattern, (string | RegExp)[]> = {
  pipeline: ['extract', 'entities', 'summary', /classify[^]*completed/, 'Definition document_analysis'],
  routeToModel: ['Chosen by', 'rule 0 chose broken', /broken ✗ no answer/, /gpt ✓ answered/],
  ensemble: ['Who said what', /queued, sample 3/, /gpt/, 'won', /\d valid/],
  cascade: ['expression does not hold', /queued/, 'no rule: any answer is taken'],
  chain: ['Prompt', 'On pears', 'Answer', 'After queued-model says'],
  treeOfThought: ['The best path', 'a0a1', /✂ pruned [\d.]+ b0b1 others of its level scored higher/],
  eventRouter: [/came in 2/, 'Subscriptions', 'no subscription takes its type', 'npx cadenza router retry'],
  batch: ['0 of 130', 'An item takes', 'An item costs', '130 items'],
};

/** What stands on a page, without its markup. */
async function textOf(pattern: Pattern): Promise<string> {
  const record = { ...(await recordedRun(RECORDED[pattern])), ...ASKED[pattern] };
  const page = markupOf(runMain(buildReport(record, new Map(), record.endedAt ?? 0), { inside: () => undefined }));
  return page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

test.each(PATTERNS)(
  'the page of %s tells how it was decided, where its time went and what it cost',
  async (pattern) => {
    const text = await textOf(pattern);
    for (const told of TELLS[pattern]) expect(text).toMatch(told);
    expect(text).toMatch(
      /Every moment counts once.*(?:models|handlers[^:]*|runs inside): [\d.]+ s.*Worked Waited.*Tokens and money/,
    );
  },
);
