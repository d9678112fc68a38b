import { askedRun, budgetQuestion } from '../../../src/core/budget/budget-question';
import { shownAmount } from '../../../src/core/budget/describe-refusal';

test('a note that asks about a budget names the run to approve, any other none', () => {
  expect(askedRun(budgetQuestion('a call of gpt may need 1 call', 'my run/sub'))).toBe('my run/sub');
  expect(askedRun('waits for approval: "`cadenza approve x --budget USD`?"')).toBeUndefined();
  expect(askedRun(undefined)).toBeUndefined();
});

test('amounts are said in words', () => {
  expect(shownAmount('calls', 1)).toBe('1 call');
  expect(shownAmount('calls', 0)).toBe('0 calls');
  expect(shownAmount('tokens', 20)).toBe('20 tokens');
  expect(shownAmount('costNanoUsd', 50_000_000)).toBe('0.05 USD');
});
