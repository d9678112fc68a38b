import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import * as workflows from '../../src/workflows';

type RecordedHistory = { events: Record<string, Record<string, unknown> & { activityType?: { name: string } }>[] };

const CONTROL = 'negative-control';
const folder = path.join(__dirname, 'histories');
const files = new Map(readdirSync(folder).map((file) => [file.replace(/\.json(\.gz)?$/, ''), path.join(folder, file)]));
const names = [...files.keys()];
const load = (name: string) => {
  const file = files.get(name) ?? '';
  const bytes = readFileSync(file);
  return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()) as RecordedHistory;
};
const startOf = ({ events }: RecordedHistory) =>
  (events[0]?.['workflowExecutionStartedEventAttributes'] ?? {}) as {
    workflowId?: string;
    workflowType?: { name: string };
  };

/** What each came to: undefined where it replayed. And the Workflow Types of all. */
const outcomes = new Map<string, Error | undefined>();
const types = new Set<string | undefined>();

/** A history in which another activity ran. */
function otherHistory(): RecordedHistory {
  const history = load('pipeline-retry');
  for (const event of history.events) {
    const scheduled = event['activityTaskScheduledEventAttributes'];
    if (scheduled?.activityType) scheduled.activityType.name = 'something_else';
  }
  return history;
}

/** One after another, and noted by which it is: the ids of two may be the same. */
const replayed: string[] = [];
function* histories(): Generator<{ workflowId: string; history: unknown }> {
  for (const name of names) {
    const history = load(name);
    replayed.push(name);
    types.add(startOf(history).workflowType?.name);
    // Ids of children are made from the workflow's own.
    yield { workflowId: startOf(history).workflowId ?? name, history };
  }
  replayed.push(CONTROL);
  yield { workflowId: CONTROL, history: otherHistory() };
}

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  const codePath = path.join(__dirname, '..', '..', 'lib', 'workflow-bundle.js');
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { codePath } }, histories())) {
    outcomes.set(replayed.at(-1) ?? '', error);
  }
}, 120_000);

test('every workflow type has a recorded history', () => {
  expect([...types].sort()).toEqual(Object.keys(workflows).sort());
});

test.each(names)('%s replays against the workflows as they are now', (name) => {
  expect(outcomes.has(name)).toBe(true);
  expect(outcomes.get(name)).toBeUndefined();
});

test('a history in which another activity ran is refused', () => {
  expect(outcomes.get(CONTROL)).toBeInstanceOf(DeterminismViolationError);
});
