import type { RunProgress } from '../../../src/client';
import { statusNext } from '../../../src/cli/status-next';
import { budgetQuestion } from '../../../src/core/budget/budget-question';

const step = (name: string, more: object) => ({ name, status: 'running', attempts: 1, ...more });
const progress = (...steps: object[]) => ({ pattern: 'pipeline', steps }) as unknown as RunProgress;
const next = (status: 'running' | 'paused' | 'completed', shown?: RunProgress) =>
  statusNext({ workflowId: 'a', status }, shown);

test('a run that somebody paused is resumed', () => {
  expect(next('paused', progress(step('one', {})))).toEqual([['Next', 'npx cadenza resume a']]);
});

test('an id stands as a shell takes it', () => {
  expect(statusNext({ workflowId: 'a b', status: 'completed' }, undefined)).toEqual([
    ['Next', "npx cadenza result 'a b'"],
  ]);
});

test('a run whose budget asks is decided on, once for each run that asks, and can not be resumed', () => {
  const note = budgetQuestion('a call of gpt may need 2 calls', 'a/sub');
  expect(next('paused', progress(step('one', { note }), step('two', { note })))).toEqual([
    ['Raise', 'npx cadenza approve a/sub --budget USD'],
    ['Stop', 'npx cadenza approve a/sub --reject'],
    ['Next', 'npx cadenza watch a'],
  ]);
});

test('what waits is decided, and what failed can be retried while the run goes on', () => {
  const steps = [step('ok', { handler: 'approval', note: 'Pay?' }), step('gen', { status: 'failed' })];
  expect(next('running', progress(...steps))).toEqual([
    ['Decide', 'npx cadenza approve a ok [--reject]'],
    ['Retry', 'npx cadenza retry a gen'],
    ['Next', 'npx cadenza watch a'],
  ]);
  expect(next('completed', progress(...steps))).toEqual([['Next', 'npx cadenza result a']]);
});
