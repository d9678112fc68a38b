import { usageOfAttempts } from '../../../src/store/journal-usage';

test('calls of models without a price are counted apart: answered and cut ones, not those that were refused', () => {
  const worstCase = { model: 'm', inputTokens: 5, outputTokens: 9, costNanoUsd: 0, unpriced: true } as const;
  const cost = { ...worstCase, outputTokens: 1 };
  const { byModel } = usageOfAttempts([
    { state: 'sent', id: 'a', worstCase },
    { state: 'answered', id: 'a', cost },
    { state: 'sent', id: 'b', worstCase },
    { state: 'sent', id: 'c', worstCase },
    { state: 'refused', id: 'c' },
    { state: 'sent', id: 'd', worstCase: { ...worstCase, model: 'free', unpriced: undefined } },
  ]);
  expect(byModel).toMatchObject({ m: { calls: 3, cutCalls: 1, unpricedCalls: 2 } });
  expect(byModel['free']).not.toHaveProperty('unpricedCalls');
});
