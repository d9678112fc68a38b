import type { RunRecord } from '../../../src/client';
import type { JsonValue } from '../../../src/contracts/json';
import { compareRuns, diffTexts } from '../../../src/report/compare/compare-runs';
import { markupOf } from '../../../src/report/html';
import { buildReport } from '../../../src/report/model/report-model';
import { runMain } from '../../../src/report/page/run-page';
import type { Texts } from '../../../src/report/texts';
import { loadTexts, resolved } from '../../../src/report/texts';

const counts = {
  calls: 2,
  cutCalls: 0,
  inputTokens: 100,
  outputTokens: 20,
  costUsd: 0.001,
  journalHits: 1,
  cacheHits: 0,
};
const usage = { ...counts, byModel: { gpt: counts }, byStep: { 'members[0]': counts } };
const reference = (digit: string) =>
  ({ ref: `sha256:${digit.repeat(64)}`, bytes: 9000, mediaType: 'text/plain; charset=utf-8' }) as const;

const ensemble = (answer: string) => ({
  aggregatedResult: answer,
  aggregationMethod: 'majority_vote',
  individualResults: [
    { member: 0, model: 'gpt', sample: 0, status: 'valid', answer, result: { prediction: answer, score: 0.9 } },
    { member: 1, model: 'other', sample: 0, status: 'failed' },
  ],
  failures: [{ member: 1, sample: 0, error: { type: 'ModelUnavailable', message: 'it is away' } }],
  decision: {
    outcome: 'decided',
    votes: { [answer]: 1 },
    ranking: [{ answer, score: 1, votes: 1, weight: 1, ballots: [0] }],
    share: 1,
    margin: 1,
    tie: false,
    valid: 1,
    invalid: 0,
    invalidReasons: { empty: 0, truncated: 0, unparsed: 0 },
    failed: 1,
    cancelled: 0,
    stoppedEarly: true,
    stopReason: 'quorum',
    saved: { calls: 3, cancelledCalls: 0, inputTokens: 1, outputTokens: 1, costUsd: 0.002, unknownCalls: 0 },
  },
  usage,
  partial: false,
});

function record(result: unknown, more: Partial<RunRecord> = {}): RunRecord {
  return {
    envelope: { workflowId: 'one', runId: 'r', pattern: 'ensemble', status: 'completed', result: result as JsonValue },
    runId: 'r',
    input: { task: 'classification', input: { text: 'Is it?', labels: ['yes', 'no'] } },
    tenant: '_',
    startedAt: 1_000_000,
    endedAt: 1_004_000,
    spans: [
      {
        kind: 'model',
        type: 'callModel',
        step: 'members[0]',
        models: ['gpt'],
        scheduledAt: 1_000_500,
        startedAt: 1_002_000,
        endedAt: 1_003_000,
        attempts: 3,
        outcome: 'completed',
      },
    ],
    history: { events: 12, runs: 1, complete: true },
    ...more,
  };
}

const markup = (given: RunRecord, texts: Texts = new Map()) =>
  markupOf(runMain(buildReport(given, texts, 1_010_000), { inside: () => undefined }));

test('a run is told: question, answer, votes, who said what, what was retried, reused and saved', () => {
  const model = buildReport(record(ensemble('yes')), new Map(), 0);
  expect(model).toMatchObject({
    title: 'classification',
    seconds: 4,
    output: 'yes',
    asked: [
      ['text', 'Is it?'],
      ['labels', ['yes', 'no']],
    ],
  });
  expect(model.sentence).toContain('“yes” got 100% of 1 valid answer (margin 1). Decided early: 3 calls never made');
  expect(model.notes.map(({ text }) => text)).toEqual([
    'Retried: members[0] (3 attempts); 1.5 s until the last attempts began.',
    '1 answer came from the journal: paid once, and not again after a retry or a crash.',
    'Stopped early by quorum: 3 calls not made, about $0.0020 saved.',
    'No Worker answered, so this is told from the result and the history alone.',
  ]);
  const page = markup(record(ensemble('yes')));
  for (const text of ['it is away', 'members[0]', '$0.0010']) expect(page).toContain(text);
});

test.each([
  [
    'a run that has not begun',
    record(undefined, { envelope: { ...record(null).envelope, status: 'running' }, spans: [] }),
  ],
  [
    'a failed one without a result',
    record(undefined, {
      envelope: {
        ...record(null).envelope,
        status: 'failed',
        error: { type: 'InvalidInput', message: 'members: too few' },
      },
    }),
  ],
  ['one whose input nobody can read', record(null, { input: null })],
])('%s has a page too', (_case, given) => {
  const { result: _result, ...envelope } = given.envelope;
  expect(markup({ ...given, envelope })).toContain('How it was decided');
});

test('a step that waits for a person names the command; what goes on has a time, what is to come has none', () => {
  const step = (name: string, more: object) => ({ name, handler: 'classify', ...more });
  const model = buildReport(
    record(undefined, {
      envelope: { workflowId: 'one', runId: 'r', pattern: 'pipeline', status: 'running' },
      endedAt: undefined,
      progress: {
        pattern: 'pipeline',
        status: 'running',
        startedAt: '1970-01-01T00:16:40.000Z',
        steps: [
          step('a', { status: 'running', startedAt: '1970-01-01T00:16:41.000Z', durationSeconds: 0 }),
          step('b', { status: 'pending', durationSeconds: 0 }),
          step('ok', { handler: 'approval', status: 'running', note: 'waits for approval: "Pay it?"' }),
        ],
        usage,
      },
    } as unknown as Partial<RunRecord>),
    new Map(),
    1_011_000,
  );
  expect(model.steps.map(({ durationSeconds }) => durationSeconds)).toEqual([10, undefined, undefined]);
  expect(model.notes[0]?.text).toBe('ok waits for approval: "Pay it?". To say yes: npx cadenza approve one ok');
});

test('foreign text never becomes markup, wherever it stands', () => {
  const hostile = '"><script>alert(1)</script>';
  const page = markup(
    record(ensemble(hostile), {
      input: { task: hostile, input: { text: hostile, labels: [hostile] } },
      envelope: {
        ...record(ensemble(hostile)).envelope,
        workflowId: hostile,
        error: { type: hostile, message: hostile },
      },
      spans: [{ ...record(null).spans[0]!, step: hostile, models: [hostile] }],
    }),
  );
  expect(page).not.toContain('<script');
  expect(page).toContain('&quot;&gt;&lt;script&gt;');
});

test('texts come from the content store for the tenant of the run, each once; what is not there is told', async () => {
  const asked: string[] = [];
  const stored = {
    text: reference('a'),
    list: [reference('a'), reference('b')],
    pdf: { ...reference('c'), mediaType: 'application/pdf' },
  };
  const texts = await loadTexts([stored], 'acme', async ({ ref }, tenant) => {
    asked.push(`${tenant} ${ref.slice(7, 8)}`);
    if (ref.includes('b')) throw new Error('gone');
    return 'the text';
  });
  expect(asked).toEqual(['acme a', 'acme b']);
  expect(resolved(stored, texts)).toMatchObject({ text: 'the text', list: ['the text', reference('b')] });
  expect(texts.get(reference('c').ref)).toEqual({ missing: 'binary' });
  expect(markup(record(ensemble('yes'), { input: { input: stored } }), texts)).toContain(
    'not in the content store of this machine',
  );
});

test('two runs are compared by question, answer, votes, time and money', () => {
  const [a, b] = [ensemble('yes'), ensemble('no')].map((result) => buildReport(record(result), new Map(), 0));
  const same = compareRuns(a!, a!);
  expect([same.sameQuestion, same.sameOutput]).toEqual([true, true]);
  const different = compareRuns(a!, b!);
  expect([different.sameQuestion, different.sameOutput]).toEqual([true, false]);
  expect(different.votes).toEqual([
    { answer: 'yes', score: { first: 1, second: 0, differs: true } },
    { answer: 'no', score: { first: 0, second: 1, differs: true } },
  ]);
  expect(diffTexts('a red chair', 'a blue chair')).toEqual([
    { text: 'a ', in: 'both' },
    { text: 'red', in: 'first' },
    { text: 'blue', in: 'second' },
    { text: ' chair', in: 'both' },
  ]);
});
