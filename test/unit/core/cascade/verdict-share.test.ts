import { leadingShare, readVerification, verifiedShare } from '../../../../src/core/cascade/verdict-share';

describe('what a verifier says', () => {
  test.each([
    ['Correct', true],
    ['The answer is **incorrect**.', false],
    ['It seems wrong at first, yet the sum is right. Verdict: Correct', true],
    ['It is not correct', false],
    ['No.', false],
    ["The answer isn't correct.", false],
    ['It isn\u2019t entirely correct', false],
    ['I do not think it is correct', false],
    ['It is certainly not incorrect', true],
    ['It is not what I had expected. Correct', true],
    ['knot correct', true],
    ['**Yes**, it adds up', true],
    ['Correct, no errors', true],
    ['There is no doubt', undefined],
    ['nothing known of righteousness', undefined],
    ['', undefined],
  ])('%j: %s', (text, right) => expect(readVerification(text)).toBe(right));

  test('counts by the verdicts asked for, read or not', () => {
    expect(verifiedShare([true, true, false, undefined])).toBe(0.5);
    expect(verifiedShare([false])).toBe(0);
    expect(verifiedShare([undefined, undefined])).toBeUndefined();
    expect(verifiedShare([])).toBeUndefined();
  });
});

test('samples without an answer weaken the leading share', () => {
  expect(leadingShare(['a', 'b', 'a', undefined])).toBe(0.5);
  expect(leadingShare([undefined])).toBeUndefined();
  expect(leadingShare([])).toBeUndefined();
});
