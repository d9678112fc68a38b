import { schemaProblem } from '../../../../src/core/prompts/schema-problem';
import { checkSchema } from '../../../../src/evaluator/check-schema';

const schema = {
  type: 'object',
  properties: { total: { type: 'number' }, lines: { type: 'array', items: { type: 'string' } } },
  patternProperties: { '^x': { type: 'number' } },
  additionalProperties: false,
};

/** What failures say of a value that does not fit. */
function problemOf(value: object): string {
  const outcome = checkSchema({ schema, value: value as never });
  return schemaProblem(`does not fit its schema: ${'problem' in outcome ? outcome.problem : ''}`, schema);
}

test.each([
  [{ total: 'SECRET' }, 'does not fit its schema: input.total: must be number'],
  [{ lines: ['a', 7] }, 'does not fit its schema: input.lines[1]: must be string'],
  [{ SECRET: 1 }, 'does not fit its schema: input: must NOT have additional properties'],
  [{ xSECRET: 'a' }, 'does not fit its schema: a field: must be number'],
])('names fields of the schema, never those of the answer: %j', (value, problem) => {
  expect(problemOf(value)).toBe(problem);
});
