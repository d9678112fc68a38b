import type { RunRecord, Span } from '../../../src/client';
import { gatherReport, gatherWithInside } from '../../../src/report/gather-report';
import { createRetryBook } from '../../../src/report/server/retry-book';

const times = { scheduledAt: 1_000, startedAt: 1_500, endedAt: 2_000 };

function call(step: string, attempts: number): Span {
  return { kind: 'model', type: 'callModel', step, models: ['gpt'], ...times, attempts, outcome: 'completed' };
}

function child(workflowId: string, outcome: Span['outcome'] = 'completed'): Span {
  const step = workflowId.slice(workflowId.lastIndexOf('/') + 1);
  const run = { workflowId, runId: `run of ${workflowId}`, step };
  return { kind: 'child', type: 'ensemble', ...run, models: [], ...times, attempts: 1, outcome };
}

function recordOf(workflowId: string, pattern: 'pipeline' | 'ensemble', spans: Span[]): RunRecord {
  return {
    envelope: { workflowId, runId: 'r', pattern, status: 'completed' },
    runId: 'r',
    input: {},
    tenant: '_',
    startedAt: 0,
    endedAt: 3_000,
    spans,
    history: { events: 3, runs: 1, complete: true },
  };
}

/** A pipeline in which an ensemble's member, an ensemble itself, was busy twice; one child goes on. */
const RECORDS: Record<string, RunRecord> = {
  p: recordOf('p', 'pipeline', [call('draft', 2), child('p/vote'), child('p/late', 'open')]),
  'p/vote': recordOf('p/vote', 'ensemble', [call('members[0]', 1), child('p/vote/members[1]')]),
  'p/vote/members[1]': recordOf('p/vote/members[1]', 'ensemble', [call('members[0]', 3)]),
  'p/late': recordOf('p/late', 'ensemble', [call('members[0]', 5)]),
};

function source() {
  const asked: string[] = [];
  const record = async (id: string): Promise<RunRecord> => {
    asked.push(id);
    const found = RECORDS[id];
    if (!found) throw new Error('forgotten');
    return found;
  };
  return { asked, record, readContent: () => Promise.reject(new Error('nothing is stored')) };
}

const inside = 'Retried in runs inside: vote › members[1] › members[0] (3 attempts)';

test('a file tells of a run what was retried in the runs inside it, however deep', async () => {
  const [model] = await gatherWithInside(source(), 'p');
  const notes = model?.notes.map(({ text }) => text) ?? [];
  expect(notes[0]).toContain('Retried: draft (2 attempts)');
  expect(notes.at(-1)).toBe(`${inside}, late › members[0] (5 attempts).`);
});

test('a page in the browser tells the same of runs that have ended, and asks each of them once', async () => {
  const given = source();
  const book = createRetryBook((id) => gatherReport(given, id));
  const told = async () => (await book.toldIn(await gatherReport(given, 'p'))).notes.map(({ text }) => text);
  expect((await told()).at(-1)).toBe(`${inside}.`);
  expect((await told()).at(-1)).toBe(`${inside}.`);
  expect(given.asked.filter((id) => id !== 'p').sort()).toEqual(['p/vote', 'p/vote/members[1]']);
});

test('a run inside that the server has forgotten changes nothing', async () => {
  const book = createRetryBook(() => Promise.reject(new Error('forgotten')));
  const model = await gatherReport(source(), 'p');
  expect(await book.toldIn(model)).toEqual(model);
});
