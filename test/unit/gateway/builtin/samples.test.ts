import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { compiledFile, packageRoot } from '../../../../src/config/package-paths';
import type { TaskInput, TaskResults } from '../../../../src/contracts/model';
import type { ModelTask } from '../../../../src/contracts/names';
import { createBuiltinModels } from '../../../../src/gateway/builtin/create-builtin-models';
import { DEFAULT_EXTRACTION_LIMITS } from '../../../../src/handlers/extraction/limits';
import { runChild } from '../../../../src/handlers/extraction/run-child';

type Expected = {
  type: string;
  language: string;
  entities: { type: string; text: string }[];
  summaryContainsAny: string[];
};

const folder = path.join(packageRoot(), 'examples', 'documents');
const expected = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as Record<string, Expected>;
const models = createBuiltinModels({ threadFile: compiledFile('gateway', 'builtin', 'thread.js'), timeoutMs: 60_000 });
const ask = <T extends ModelTask>(model: string, task: T, input: TaskInput): Promise<TaskResults[T]> =>
  models.process(model, task, input, new AbortController().signal);
const onOneLine = (text: string): string => text.replace(/\s+/g, ' ');

// A busy machine takes its time to load the libraries.
jest.setTimeout(90_000);
afterAll(() => models.close());

test('every sample document has an expected answer', () => {
  const documents = readdirSync(folder).filter((name) => !['README.md', 'expected.json'].includes(name));
  expect(Object.keys(expected).sort()).toEqual(documents.sort());
});

test('every model that reads English only says so of a German letter', async () => {
  const text = readFileSync(path.join(folder, 'letter-german.txt'), 'utf8');
  for (const [model, task] of [
    ['classifier', 'classification'],
    ['sentiment', 'sentiment'],
    ['entities', 'extraction'],
    ['summarizer', 'summarization'],
  ] as const) {
    expect(await ask(model, task, { text })).toMatchObject({ note: expect.stringContaining('German (de)') as string });
  }
});

test('the language model says when it can not tell, and when the language is none of the labels', async () => {
  const german = 'Vielen Dank für Ihren Brief und die Unterlagen.';
  expect(await ask('language', 'classification', { text: 'ok' })).toMatchObject({ prediction: 'und', score: 0 });
  const among = await ask('language', 'classification', { text: german, labels: ['en', 'DE'] });
  expect(among).toMatchObject({ prediction: 'DE', scores: { en: expect.any(Number) as number } });
  const none = await ask('language', 'classification', { text: german, labels: ['en', 'fr'] });
  expect(none).toMatchObject({ prediction: 'other', score: 0, note: expect.stringContaining('German (de)') as string });
});

describe.each(Object.entries(expected))('%s', (name, answer) => {
  let text = '';

  beforeAll(async () => {
    const reply = await runChild({
      childFile: compiledFile('handlers', 'extraction', 'child.js'),
      request: { name, as: 'file', maxCharacters: 100_000, maxMemoryBytes: DEFAULT_EXTRACTION_LIMITS.memoryBytes },
      bytes: readFileSync(path.join(folder, name)),
      limits: DEFAULT_EXTRACTION_LIMITS,
      signal: new AbortController().signal,
    });
    if (reply.ok) text = reply.document.text;
  });

  test('is recognized, with a score that leaves room for doubt', async () => {
    const result = await ask('classifier', 'classification', { text });
    expect(result.prediction).toBe(answer.type);
    expect(result.score).toBeLessThan(0.95);
    expect(result.score).toBeGreaterThan(answer.type === 'other' ? 0 : 0.6);
    expect((await ask('language', 'classification', { text })).prediction).toBe(answer.language);
  });

  test('yields its entities, with offsets that are exact', async () => {
    const { entities } = await ask('entities', 'extraction', { text });
    const found = entities.map((entity) => ({ type: entity.type, text: onOneLine(entity.text) }));
    expect(found).toEqual(expect.arrayContaining(answer.entities));
    for (const entity of entities) expect(text.slice(entity.start, entity.end)).toBe(entity.text);
  });

  test('is summarized in its own words, within the limit', async () => {
    const { text: summary } = await ask('summarizer', 'summarization', { text, documentType: answer.type });
    expect(answer.summaryContainsAny.some((word) => summary.includes(word))).toBe(true);
    expect(summary.split(/\s+/).length).toBeLessThanOrEqual(80);
    const short = await ask('summarizer', 'summarization', { text, documentType: answer.type, maxWords: 12 });
    expect(short.text.split(/\s+/).length).toBeLessThanOrEqual(12);
  });
});
