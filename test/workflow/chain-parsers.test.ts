import type { GivenInput } from '../../src/client';
import type { ChainResult } from '../../src/contracts/chain.schema';
import type { RecordedRequest, ScriptedAnswer } from '../helpers/scripted-model-server';
import { z } from 'zod';
import { useServedWorld } from '../helpers/test-world';

const world = useServedWorld();
afterEach(() => world.models.script(undefined));

type Parser = GivenInput<'chain'>['steps'][number]['outputParser'];

/** One step with that parser, answered so; what a second step is told of it. */
async function parse(outputParser: Parser, ...answers: string[]) {
  const before = world.models.requests.length;
  const texts = [...answers, 'end'];
  const script: ScriptedAnswer = () => texts.shift() ?? 'end';
  world.models.script(script);
  const steps = [
    { name: 'a', promptTemplate: 'Ask', outputParser },
    { name: 'b', promptTemplate: '{a}' },
  ];
  const envelope = await (await world.cadenza.start('chain', { initialPrompt: 'in', steps })).outcome();
  const result = envelope.result as unknown as ChainResult;
  const requests = world.models.requests.slice(before);
  return { ...envelope, result, requests, told: requests.at(-1)?.body.messages?.at(-1)?.content };
}

const messagesOf = (request: RecordedRequest | undefined) => request?.body.messages ?? [];

test.each<[string, Parser, string, unknown, string]>([
  ['text', 'text', '  as it is \n', 'as it is', 'as it is'],
  ['json', 'json', 'Here:\n```json\n{"a": [1]}\n```', { a: [1] }, '{"a":[1]}'],
  ['number', 'number', 'So the total is:\n1,234.5', 1234.5, '1234.5'],
  ['lines', 'lines', 'one\n\n two ', ['one', 'two'], 'one\ntwo'],
  ['list', 'list', 'Sure:\n1. one\n2) two\n', ['one', 'two'], 'one\ntwo'],
  ['regex', { regex: 'total: (\\d+) (EUR)', group: 1 }, 'total: 12 EUR, total: 13 EUR', '12', '12'],
  ['regex without a group', { regex: '(?i)TOTAL' }, 'the total', 'total', 'total'],
  ['jsonata over the text', { jsonata: '$uppercase($trim(text))' }, ' abc', 'ABC', 'ABC'],
  ['jsonata over its JSON', { jsonata: 'json.items[price > 3].name' }, '{"items":[{"name":"x","price":4}]}', 'x', 'x'],
])('%s', async (_name, parser, answer, value, told) => {
  const { result, told: said } = await parse(parser, answer);
  expect(result.chainResults[0]?.response).toEqual(value);
  expect(said).toBe(told);
  expect(result.context).toMatchObject({ a: value });
});

test.each<[string, Parser, string, string]>([
  ['json', 'json', 'no secret JSON', 'holds no JSON'],
  ['number', 'number', 'three secrets', 'holds no number'],
  ['regex', { regex: 'total' }, 'a secret', 'does not match'],
  ['jsonata', { jsonata: 'json.total' }, '{"secret": 1}', 'gives its expression nothing'],
  ['jsonata that fails', { jsonata: 'text + 1' }, 'a secret', 'fails its expression: error T2001'],
  ['json too deep to be honest', 'json', `${'['.repeat(200)}${']'.repeat(200)}`, 'nested too deep'],
])('an answer that %s can not read is a typed failure without its words', async (_name, parser, answer, problem) => {
  const { status, error, requests, result } = await parse(parser, answer);
  expect(status).toBe('failed');
  expect(error).toMatchObject({ type: 'ModelOutputInvalid', message: expect.stringContaining(problem) });
  expect(error?.message).toMatch(/step "a"/);
  expect(error?.message).not.toContain('secret');
  expect(requests).toHaveLength(1);
  expect(result).toMatchObject({ chainResults: [], usage: { calls: 1 } });
});

describe('a schema', () => {
  const schema = {
    type: 'object',
    properties: { total: { type: 'number' }, currency: { enum: ['EUR', 'USD'] } },
    required: ['total'],
  };

  test('is sent as structured output, and the value that fits is what later templates see', async () => {
    const { result, requests, told } = await parse({ schema }, '{"total": 3}');
    expect(requests[0]?.body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'a', schema, strict: false },
    });
    expect(requests).toHaveLength(2);
    expect(told).toBe('{"total":3}');
    expect(result.chainResults[0]).toMatchObject({ response: { total: 3 }, raw: '{"total": 3}', usage: { calls: 1 } });
  });

  test('of zod is one like any other, and strict where it can be', async () => {
    const { $schema: _dialect, ...given } = z.toJSONSchema(z.strictObject({ names: z.array(z.string()) }));
    const { result, requests } = await parse({ schema: given as never }, '{"names": ["x"]}');
    expect(requests[0]?.body.response_format?.json_schema).toMatchObject({ strict: true });
    expect(result.chainResults[0]?.response).toEqual({ names: ['x'] });
    const whole = await parse(
      { schema: z.toJSONSchema(z.object({ names: z.array(z.string()) })) as never },
      '{"names": []}',
    );
    expect(whole.status).toBe('completed');
  });

  test('of a list is said in words, since endpoints take objects only', async () => {
    const { result, requests } = await parse({ schema: { type: 'array', items: { type: 'integer' } } }, 'Here: [1, 2]');
    expect(requests[0]?.body).not.toHaveProperty('response_format');
    expect(messagesOf(requests[0])[0]).toMatchObject({ role: 'system', content: expect.stringContaining('"integer"') });
    expect(result.chainResults[0]?.response).toEqual([1, 2]);
  });

  test('that an answer does not fit is asked once more, with the answer and what is wrong with it', async () => {
    const { status, result, requests } = await parse({ schema }, '{"total": "three"}', '{"total": 3}');
    expect(status).toBe('completed');
    expect(requests).toHaveLength(3);
    expect(messagesOf(requests[1])).toMatchObject([
      { role: 'user', content: 'Ask' },
      { role: 'assistant', content: '{"total": "three"}' },
      { role: 'user', content: expect.stringMatching(/does not fit its schema: input\.total: must be number/) },
    ]);
    expect(result.chainResults[0]).toMatchObject({ response: { total: 3 }, usage: { calls: 2 } });
    expect(result.usage).toMatchObject({ calls: 3, byStep: { a: { calls: 2 } } });
  });

  test('that the second answer does not fit either ends the run with a typed failure, both answers paid and told', async () => {
    const answers = ['no JSON at all', '{"total": 3, "currency": "SECRET"}'];
    const { status, error, result, requests } = await parse({ schema }, ...answers);
    expect(status).toBe('failed');
    expect(error).toMatchObject({
      type: 'ModelOutputInvalid',
      message: expect.stringMatching(/step "a" does not fit its schema: input\.currency: .*EUR, USD, twice$/),
    });
    expect(error?.message).not.toContain('SECRET');
    expect(requests).toHaveLength(2);
    expect(result).toMatchObject({ usage: { calls: 2, byModel: { gpt: { calls: 2 } } } });
  });

  test('that an answer breaks with a field of its own is told without the name of that field', async () => {
    const { error, requests } = await parse(
      { schema: { ...schema, additionalProperties: false } },
      ...Array<string>(2).fill('{"total": 1, "SECRET": 2}'),
    );
    expect(messagesOf(requests[1]).at(-1)?.content).toContain('"SECRET"');
    expect(error).toMatchObject({
      type: 'ModelOutputInvalid',
      message: expect.stringContaining('additional properties, twice'),
    });
    expect(error?.message).not.toContain('SECRET');
  });

  test('larger than history should hold travels as a reference', async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 200 }, (_, n) => [`field_number_${n}`, { type: 'string' }]),
    );
    const { status, requests } = await parse({ schema: { type: 'object', properties } }, '{}');
    expect(status).toBe('completed');
    expect(requests[0]?.body.response_format?.json_schema?.schema).toEqual({ type: 'object', properties });
  });
});
