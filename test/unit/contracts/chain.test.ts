import { chainResultSchema } from '../../../src/contracts/chain.schema';
import { check, checkInput } from '../../../src/contracts/check-input.schema';

const step = { name: 'a', promptTemplate: 'p' };
const chain = (more: object) => checkInput('chain', { initialPrompt: 'x', steps: [{ ...step, ...more }] }).steps[0];

describe('a chain step', () => {
  test('a gate that goes back stops the chain after its last return, unless it says otherwise', () => {
    const otherwise = { goBackTo: 'a', times: 2 };
    expect(chain({ gate: { condition: 'ok', otherwise } })?.gate).toEqual({
      condition: 'ok',
      otherwise: { ...otherwise, afterwards: 'stop' },
    });
    expect(chain({ gate: { condition: 'ok', otherwise: { ...otherwise, afterwards: 'goOn' } } })?.gate).toMatchObject({
      otherwise: { afterwards: 'goOn' },
    });
    expect(() => chain({ gate: { condition: 'ok', otherwise: { ...otherwise, afterwards: 'repeat' } } })).toThrow(
      'steps[0].gate.otherwise.afterwards',
    );
    expect(() => chain({ gate: { condition: 'ok', otherwise: { goBackTo: 'a', times: 0 } } })).toThrow('times');
  });

  test.each([
    'text',
    'json',
    'number',
    'lines',
    'list',
    { regex: 'x', group: 0 },
    { jsonata: 'a' },
    { schema: { type: 'object' } },
  ])('takes the parser %j', (outputParser) => expect(chain({ outputParser })?.outputParser).toEqual(outputParser));

  test('a chain without steps is refused by name', () => {
    expect(() => checkInput('chain', { initialPrompt: 'x', steps: [] })).toThrow('steps');
  });
});

const NO_USAGE = { calls: 0, cutCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, journalHits: 0, cacheHits: 0 };

test('a chain result says where it was stopped, and which run of a step an entry is', () => {
  const result = {
    finalOutput: 'x',
    chainResults: [{ step: 'a', run: 1, prompt: 'p', response: 'x' }],
    context: {},
    stoppedAt: 'a',
    usage: { ...NO_USAGE, byModel: {}, byStep: {} },
    partial: false,
  };
  expect(check(chainResultSchema, result, 'result')).toEqual(result);
});
