import type { CompletionRequest, ProviderRequest, TaskInput } from '../../../src/contracts/model';
import { chatBody } from '../../../src/gateway/openai-request';
import { isStrictSchema } from '../../../src/gateway/strict-schema';
import { generation } from '../../../src/gateway/tasks/text-tasks';

const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };

/** The request that a generation sends. */
async function requestOf(input: TaskInput): Promise<CompletionRequest> {
  const sent: ProviderRequest[] = [];
  await generation(input, {
    model: 'm',
    settings: {},
    ask: (request) => {
      sent.push(request);
      return Promise.resolve({
        kind: 'chat',
        text: 'x',
        finishReason: 'stop',
        tokens: { inputTokens: 1, outputTokens: 1 },
      });
    },
  });
  return sent[0] as CompletionRequest;
}

test('a generation without a schema is sent as it always was: journals know it by its hash', async () => {
  expect(Object.keys(await requestOf({ text: 'hi' }))).toEqual(['kind', 'messages', 'temperature', 'maxOutputTokens']);
});

test('a rejected answer and what is wrong with it follow the prompt', async () => {
  const { messages } = await requestOf({
    text: 'hi',
    system: 's',
    rejected: { answer: 'no', problem: 'it is no JSON' },
  });
  expect(messages).toEqual([
    { role: 'system', content: 's' },
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'no' },
    { role: 'user', content: expect.stringContaining('it is no JSON') },
  ]);
});

describe('how endpoints are told of a schema', () => {
  const bodyOf = async (
    responseSchema: NonNullable<TaskInput['responseSchema']>,
    structuredOutput: 'json_schema' | 'json_object' | 'none' = 'json_schema',
  ) =>
    chatBody('m', await requestOf({ text: 'hi', responseSchema }), { maxTokensField: 'max_tokens', structuredOutput });
  const told = (body: Awaited<ReturnType<typeof bodyOf>>) =>
    JSON.stringify(body.messages).includes('fits this JSON Schema');

  test('as structured output, strictly where the schema allows it', async () => {
    const body = await bodyOf({ name: 'n', schema });
    expect(body.response_format).toEqual({ type: 'json_schema', json_schema: { name: 'n', schema, strict: true } });
    expect(told(body)).toBe(false);
    const open = await bodyOf({ name: 'n', schema: { type: 'object' } });
    expect(open.response_format).toMatchObject({ json_schema: { strict: false } });
  });

  test.each([
    ['a list', { name: 'n', schema: { type: 'array' } }],
    ['a schema for a model that can not be held to it', { name: 'n', schema, inWords: true as const }],
  ])('%s is said in the prompt, and nothing of it sent beside', async (_what, responseSchema) => {
    for (const dialect of ['json_schema', 'json_object', 'none'] as const) {
      const body = await bodyOf(responseSchema, dialect);
      expect(body).not.toHaveProperty('response_format');
      expect(told(body)).toBe(true);
    }
  });
});

test.each([
  [true, schema],
  [true, { type: 'array', items: schema }],
  [
    true,
    { type: 'object', properties: { a: schema }, required: ['a'], additionalProperties: false, $defs: { schema } },
  ],
  [true, { ...schema, properties: { a: { enum: [{ type: 'object' }] } } }],
  [false, { ...schema, required: [] }],
  [false, { ...schema, additionalProperties: true }],
  [false, { type: 'object', properties: { a: { type: 'object' } }, required: ['a'], additionalProperties: false }],
  [false, { anyOf: [schema, { type: 'object' }] }],
])('strict mode: %s for %j', (strict, given) => {
  expect(isStrictSchema(given)).toBe(strict);
});
