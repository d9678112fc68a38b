import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { ProviderRequest } from '../../../../src/contracts/model';
import { worstCaseOf } from '../../../../src/gateway/measure-request';
import { encodingOf } from '../../../../src/gateway/tokens/encoding-of';
import { mostTokens } from '../../../../src/gateway/tokens/most-tokens';
import { processorTime } from '../../../helpers/processor-time';
import { seededRandom } from '../../../helpers/seeded-random';

const OPENAI = 'https://api.openai.com/v1';

test.each([
  ['gpt-4.1-mini', 'o200k_base'],
  ['gpt-4o-2024-08-06', 'o200k_base'],
  ['gpt-5.2-nano', 'o200k_base'],
  ['o4-mini', 'o200k_base'],
  ['ft:gpt-4o-mini-2024-07-18:acme::x', 'o200k_base'],
  ['gpt-4', 'cl100k_base'],
  ['gpt-4-turbo', 'cl100k_base'],
  ['gpt-3.5-turbo-0125', 'cl100k_base'],
  ['text-embedding-3-small', 'cl100k_base'],
  ['gpt-4.9', undefined],
  ['gpt-6', undefined],
  ['gpt-oss-20b', undefined],
  ['o1000', undefined],
  ['llama-3', undefined],
])('%s at OpenAI has the encoding %s', (model, encoding) => {
  expect(encodingOf(model, OPENAI)).toBe(encoding);
});

test('who serves a model under the name of another has no encoding that is certain', () => {
  expect(encodingOf('gpt-4o', 'https://eu.api.openai.com/v1')).toBe('o200k_base');
  for (const url of ['http://127.0.0.1:4000/v1', 'https://api.openai.com.example.org/v1', 'http://api.openai.com/v1'])
    expect(encodingOf('gpt-4o', url)).toBeUndefined();
});

test('texts are counted in tokens where the encoding is known, else in bytes', () => {
  // The counts of OpenAI's own page on its tokenizer.
  expect(mostTokens(['tiktoken is great!'], 'cl100k_base')).toBe(6);
  expect(mostTokens(['antidisestablishmentarianism'], 'o200k_base')).toBe(6);
  expect(mostTokens(['2 + 2 = 4', 'お誕生日おめでとう'], 'cl100k_base')).toBe(7 + 9);
  expect(mostTokens(['お誕生日おめでとう', 'abc'], undefined)).toBe(27 + 3);
});

test('words that steer a model are text', () => {
  expect(mostTokens(['<|endoftext|>'], 'o200k_base')).toBe(7);
});

test('the worst case of a request has its overhead, and its schema by bytes', () => {
  const schema = { name: 'n', schema: { type: 'object' } };
  const request: ProviderRequest = {
    kind: 'chat',
    messages: [{ role: 'user', content: 'tiktoken is great!' }],
    temperature: 0,
    maxOutputTokens: 5,
    responseSchema: schema,
  };
  const inputTokens = 6 + JSON.stringify(schema).length + 16 + 8;
  expect(worstCaseOf(request, 'cl100k_base')).toEqual({ inputTokens, outputTokens: 5 });
});

const random = seededRandom(7);
const word = (length: number, letters = 'abcdefghijklmnopqrstuvwxyz') =>
  Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
const WORDS = Array.from({ length: 24_000 }, () => word(1 + Math.floor(random() * 9)));
const LETTERS = word(100_000);

test.each([
  ['words', WORDS.join(' ')],
  ['lines', WORDS.join('\n')],
  ['spaces here and there', WORDS.slice(0, 18_000).join('   ')],
  ['sentences of many signs', WORDS.slice(0, 15_000).join(' -- (') + '.'],
  ['ideographs', Array.from({ length: 180 }, () => word(250, '漢字仮名交文日本語')).join(' ')],
])('what is too long to be counted whole has no fewer tokens than it has: %s', (_name, text) => {
  expect(Buffer.byteLength(text)).toBeGreaterThan(131_072);
  const most = mostTokens([text], 'o200k_base');
  expect(most).toBeGreaterThanOrEqual(countTokens(text));
  expect(most).toBeLessThan(Buffer.byteLength(text));
});

test.each([
  ['one letter', 'a'.repeat(1_000_000)],
  ['one letter, as many as are counted', 'a'.repeat(130_000)],
  ['one space', ' '.repeat(1_000_000)],
  ['one sign', '!'.repeat(1_000_000)],
  ['letters without a break', LETTERS.repeat(10)],
  [
    'words as long as are counted',
    Array.from({ length: 4_000 }, (_, at) => LETTERS.slice(at * 20, at * 20 + 255)).join(' '),
  ],
  ['half a million broken characters', '\ud800 '.repeat(500_000)],
])('a million characters of hostile text hold nobody up: %s', (_name, text) => {
  mostTokens(['loads the tables'], 'o200k_base');
  const startedAt = processorTime();
  const most = mostTokens([text], 'o200k_base');
  // Alone it takes up to 0.1 s; counted whole it would be minutes.
  expect(processorTime() - startedAt).toBeLessThan(3_000);
  expect(most).toBeLessThanOrEqual(Buffer.byteLength(text));
});
