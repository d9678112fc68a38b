import { MockActivityEnvironment } from '@temporalio/testing';
import { askForSchema } from '../../../src/activities/ask-for-schema';
import { compiledFile } from '../../../src/config/package-paths';
import { isCadenzaError } from '../../../src/contracts/failures';
import type { JsonObject } from '../../../src/contracts/json';
import type { TaskInput } from '../../../src/contracts/model';
import { createEvaluator } from '../../../src/evaluator/create-evaluator';

const evaluator = createEvaluator({ processFile: compiledFile('evaluator', 'process.js') });
afterAll(() => evaluator.close());

const schema: JsonObject = {
  type: 'object',
  properties: {
    total: { type: 'number', minimum: 0, maximum: 100 },
    pages: { type: 'integer', exclusiveMinimum: 0 },
    tags: { type: 'array', maxItems: 2 },
  },
  required: ['total'],
};

/** What comes of these answers, and what was asked. */
async function ask(...answers: string[]) {
  const asked: TaskInput[] = [];
  const work = () =>
    askForSchema(
      { text: 'How much?' },
      { name: 'sum', schema },
      (input) => {
        asked.push(input);
        return Promise.resolve(answers.shift() ?? 'asked too often');
      },
      { evaluator },
    );
  const outcome = await new MockActivityEnvironment().run(work).catch((error: unknown) => {
    if (!isCadenzaError(error)) throw error;
    return { failed: error.type, retryable: error.retryable, message: error.message };
  });
  return { outcome, asked };
}

const FITS = '{"total": 3}';

test.each<[string, string, unknown]>([
  ['bare', FITS, { total: 3 }],
  ['at the ends of their ranges', '{"total": 100, "pages": 1, "tags": [1, 2]}', { total: 100, pages: 1, tags: [1, 2] }],
  ['in prose', 'Sure! The sum is {"total": 3}, as you can see.', { total: 3 }],
  ['in a fence with prose', 'I think [so]:\n```json\n{"total": 0}\n```\nAnything else?', { total: 0 }],
])('an answer that fits, %s, is taken as it is', async (_how, text, value) => {
  const { outcome, asked } = await ask(text);
  expect(outcome).toEqual({ text, value });
  expect(asked).toHaveLength(1);
});

test.each<[string, string, RegExp]>([
  ['a number above its range', '{"total": 100.5}', /input\.total: must be <= 100/],
  ['a number below its range', '{"total": -1}', /input\.total: must be >= 0/],
  ['a fraction for a whole number', '{"total": 1, "pages": 1.5}', /input\.pages: must be integer/],
  ['a number out of every range', '{"total": 1e999}', /too large/],
  ['no field that is required', '{"pages": 1}', /must have required property "?'?total/],
  ['null for a number', '{"total": null}', /input\.total: must be number/],
  ['too many of a list', '{"total": 1, "tags": [1, 2, 3]}', /input\.tags: must NOT have more than 2/],
  ['a list around the answer', '[{"total": 1}]', /must be object/],
  ['prose only', 'About three, I think.', /holds no JSON/],
  ['nothing', ' ', /holds no JSON|is empty/],
])('an answer with %s is shown what is wrong once, and no more', async (_what, text, problem) => {
  const mended = await ask(text, FITS);
  expect(mended.outcome).toEqual({ text: FITS, value: { total: 3 } });
  expect(mended.asked).toHaveLength(2);
  expect(mended.asked[1]?.rejected).toEqual({ answer: text, problem: expect.stringMatching(problem) });

  const failed = await ask(text, text, FITS);
  expect(failed.outcome).toMatchObject({ failed: 'ModelOutputInvalid', retryable: false });
  expect(failed.asked).toHaveLength(2);
});
