import { logLine } from '../../../src/telemetry/log-line';

const entry = (meta: object) => ({
  level: 'WARN' as const,
  message: 'an answer could not be journalled',
  timestampNanos: 1_700_000_000_000_000_000n,
  meta: meta as never,
});
const known = {
  workflowId: 'chain-1',
  workflowRunId: 'run-1',
  workflowType: 'chain',
  activityType: 'askChainStep',
  attempt: 2,
  step: 'outline',
  model: 'gpt',
};

test('a line of the log is JSON with run, step and attempt', () => {
  expect(JSON.parse(logLine(entry(known), 'json'))).toEqual({
    time: '2023-11-14T22:13:20.000Z',
    level: 'WARN',
    message: 'an answer could not be journalled',
    workflowType: 'chain',
    workflowId: 'chain-1',
    runId: 'run-1',
    step: 'outline',
    activityType: 'askChainStep',
    attempt: 2,
    model: 'gpt',
  });
});

test('what is no name or number of the list stays out of the log, and of an error its stack', () => {
  const error = new Error('the store is full');
  error.stack = 'SECRET';
  const line = logLine(entry({ prompt: 'SECRET', args: ['SECRET'], step: { SECRET: 1 }, error }), 'json');
  expect(JSON.parse(line)).toMatchObject({ error: 'the store is full' });
  expect(line).not.toContain('SECRET');
});

test('a pretty line stays one line and moves no cursor', () => {
  expect(logLine(entry({ ...known, error: new Error('one\n\u001b[2Jtwo') }), 'pretty')).toBe(
    '22:13:20.000 WARN  an answer could not be journalled [chain-1 · outline · attempt 2] model=gpt error=one [2Jtwo',
  );
});
