import { called, fieldProblem, valueProblem } from '../../../src/core/check-fields';
import { APPROVAL_FIELDS, CAP_FIELDS } from '../../../src/core/message-rules';

const decision = { step: 'ok', approved: true, by: 'ada' };

test.each([
  [undefined, 'decision', 'expected an object, got nothing'],
  [null, 'decision', 'expected an object, got null'],
  ['approve', 'decision', 'expected an object, got "approve"'],
  [[decision], 'decision', 'expected an object, got a list'],
  [{}, 'step', 'expected a text of 1 to 1000 characters, got nothing'],
  [{ ...decision, step: { toString: 1 } }, 'step', 'got an object'],
  [{ ...decision, step: ' ' }, 'step', 'got " "'],
  [{ ...decision, approved: 'yes' }, 'approved', 'expected true or false, got "yes"'],
  [{ ...decision, by: 5 }, 'by', 'expected a text of 1 to 200 characters, got 5'],
  [{ ...decision, by: 'x'.repeat(201) }, 'by', 'got a text of 201 characters'],
  [{ ...decision, reason: null }, 'reason', 'got null'],
  [{ ...decision, reason: 'x'.repeat(3_000_000) }, 'reason', 'got a text of 3000000 characters'],
  [{ ...decision, raeson: 'x' }, 'raeson', 'is no field of decision; did you mean "reason"?'],
  [JSON.parse('{ "step": "ok", "approved": true, "by": "ada", "__proto__": 1 }'), '__proto__', 'is no field'],
])('%# is refused by the field that is wrong', (given, field, message) => {
  expect(fieldProblem(given, 'decision', APPROVAL_FIELDS)).toEqual({
    field,
    message: expect.stringContaining(message),
  });
});

test('what is right has no problem, with and without what may be left out', () => {
  expect(fieldProblem(decision, 'decision', APPROVAL_FIELDS)).toBeUndefined();
  expect(fieldProblem({ ...decision, reason: 'fine' }, 'decision', APPROVAL_FIELDS)).toBeUndefined();
  expect(fieldProblem({ ...decision, reason: undefined, other: undefined }, 'x', APPROVAL_FIELDS)).toBeUndefined();
});

test.each([0, -1, NaN, Infinity, '5', null, 1.5])('%p calls are no cap', (calls) => {
  expect(fieldProblem({ calls }, 'budget', CAP_FIELDS)).toMatchObject({ field: 'calls' });
});

test('money may be a fraction', () => {
  expect(fieldProblem({ usd: 0.5 }, 'budget', CAP_FIELDS)).toBeUndefined();
  expect(valueProblem(Infinity, CAP_FIELDS.usd)).toBe('expected a number above 0, got Infinity');
});

test('a value from outside is shown short and without control characters', () => {
  expect(called('a\u001b[31m\n')).toBe('"a [31m "');
  expect(called({ secret: 'x' })).toBe('an object');
  expect(called(false)).toBe('false');
});
