import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import * as workflows from '../../src/workflows';

type RecordedHistory = { events: Record<string, Record<string, unknown> & { activityType?: { name: string } }>[] };

const folder = path.join(__dirname, 'histories');
const files = new Map(readdirSync(folder).map((file) => [file.replace(/\.json(\.gz)?$/, ''), path.join(folder, file)]));
const names = [...files.keys()];
const load = (name: string) => {
  const file = files.get(name) ?? '';
  const bytes = readFileSync(file);
  return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()) as RecordedHistory;
};
const replay = (history: unknown, id: string) =>
  Worker.runReplayHistory(
    { workflowBundle: { codePath: path.join(__dirname, '..', '..', 'lib', 'workflow-bundle.js') } },
    history,
    id,
  );

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
});

test('every workflow type has a recorded history', () => {
  const types = new Set(
    names.map((name) => {
      const started = load(name).events[0]?.['workflowExecutionStartedEventAttributes'];
      return (started?.['workflowType'] as { name: string } | undefined)?.name;
    }),
  );
  expect([...types].sort()).toEqual(Object.keys(workflows).sort());
});

test.each(names)('%s replays against the workflows as they are now', async (name) => {
  // Ids of children are made from the workflow's own.
  const { workflowId = name } = (load(name).events[0]?.['workflowExecutionStartedEventAttributes'] ?? {}) as {
    workflowId?: string;
  };
  await expect(replay(load(name), workflowId)).resolves.toBeUndefined();
});

test('a history in which another activity ran is refused', async () => {
  const history = load('pipeline-retry');
  for (const event of history.events) {
    const scheduled = event['activityTaskScheduledEventAttributes'];
    if (scheduled?.activityType) scheduled.activityType.name = 'something_else';
  }
  await expect(replay(history, 'negative-control')).rejects.toThrow(DeterminismViolationError);
});
