import type { PinnedModel } from '../../../src/contracts/model';
import { nextModel, passesOver } from '../../../src/core/routing/next-model';

const model = (name: string, input: number, output = 2 * input): PinnedModel => ({
  name,
  provider: 'p',
  model: name,
  price: { input, output },
});
const [dear, middle, cheap] = [model('dear', 10), model('middle', 2), model('cheap', 1)] as const;
const failed = { retryable: true, failures: 1, isLastAttempt: false };

test.each([
  ['a key that is refused', { ...failed, type: 'AuthenticationFailed', retryable: false }, true],
  ['an account without credit', { ...failed, type: 'QuotaExhausted', retryable: false }, true],
  ['a first server error', { ...failed, type: 'ProviderUnavailable' }, false],
  ['a second server error', { ...failed, type: 'ProviderUnavailable', failures: 2 }, true],
  ['a server error in the last attempt', { ...failed, type: 'ProviderUnavailable', isLastAttempt: true }, true],
  ['a wait of 20 seconds', { ...failed, type: 'RateLimited', retryAfterMs: 20_000 }, false],
  ['a wait of over 20 seconds', { ...failed, type: 'RateLimited', retryAfterMs: 20_001 }, true],
  ['a bad request', { ...failed, type: 'ModelRequestRejected', retryable: false, failures: 9 }, false],
  ['a question that does not fit', { ...failed, type: 'InputTooLarge', retryable: false }, true],
  ['an answer that was cut', { ...failed, type: 'ModelOutputTruncated', retryable: false }, false],
  ['a budget that stops', { ...failed, type: 'BudgetExceeded', retryable: false, atCap: 'stop' }, false],
  [
    'a budget that takes a cheaper model',
    { ...failed, type: 'BudgetExceeded', retryable: false, atCap: 'cheaper' },
    true,
  ],
] as const)('%s: passed over %#', (_, answer, passed) => {
  expect(passesOver(dear, answer)).toBe(passed);
});

test('a model is waited for as long as the registry says', () => {
  const answer = { ...failed, type: 'RateLimited' as const, retryAfterMs: 5_000 };
  expect(passesOver({ ...dear, fallbackAfterSeconds: 4 }, answer)).toBe(true);
  expect(passesOver({ ...dear, fallbackAfterSeconds: 3_600 }, { ...answer, retryAfterMs: 3_600_000 })).toBe(false);
  expect(passesOver({ ...dear, fallbackAfterSeconds: 0 }, { ...answer, retryAfterMs: undefined })).toBe(false);
});

test('the next model is the first that was not passed over; behind one that was too dear only a cheaper one', () => {
  const gone = { model: 'dear', type: 'QuotaExhausted', passed: true } as const;
  expect(nextModel([dear, middle], [])).toBe(dear);
  expect(nextModel([dear, middle], [{ ...gone, passed: false }])).toBe(dear);
  expect(nextModel([dear, middle, cheap], [gone])).toBe(middle);
  expect(nextModel([dear, middle], [gone, { ...gone, model: 'middle' }])).toBeUndefined();
  const tooDear = { model: 'middle', type: 'BudgetExceeded', passed: true } as const;
  expect(nextModel([middle, dear, cheap], [tooDear])).toBe(cheap);
  expect(nextModel([middle, dear, model('mixed', 1, 9)], [tooDear])).toBeUndefined();
});

test('behind a model that was too small only a larger one is asked', () => {
  const tooSmall = { model: 'dear', type: 'InputTooLarge', passed: true } as const;
  const larger = { ...cheap, contextTokens: 40_000 };
  // 32,768 tokens where nothing is said.
  expect(nextModel([dear, middle, larger], [tooSmall])).toBe(larger);
  expect(nextModel([{ ...dear, contextTokens: 40_000 }, middle, larger], [tooSmall])).toBeUndefined();
});
