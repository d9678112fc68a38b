import { parseFailure } from '../../../../src/core/prompts/parsed';

test('an answer that could not be parsed becomes a typed failure that names the step', () => {
  expect(parseFailure('step "outline"', 'holds no JSON')).toMatchObject({
    type: 'ModelOutputInvalid',
    retryable: false,
    message: 'the answer of step "outline" holds no JSON',
  });
});
