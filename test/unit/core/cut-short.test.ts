import { cutResult, cutStep } from '../../../src/core/cut-short';

const failure = { type: 'TimedOut', message: 'the run took longer than it was given' };
const error = { type: 'TimedOut', message: 'it was running when the run took longer than it was given' };

test('what ran when a run was ended from outside has failed and waits for nobody; the rest stays', () => {
  expect(cutStep({ name: 'ok', status: 'running', note: 'waits' }, failure)).toEqual({
    name: 'ok',
    status: 'failed',
    error,
  });
  expect(cutStep({ status: 'completed' }, failure)).toEqual({ status: 'completed' });
  const results = { a: { status: 'completed' }, b: { status: 'running' }, c: { status: 'pending' } };
  expect(cutResult({ results, output: null }, failure)).toEqual({
    results: { ...results, b: { status: 'failed', error } },
    output: null,
  });
  expect(cutResult({ chainResults: [] }, failure)).toEqual({ chainResults: [] });
});
