import { classify } from '../../../src/handlers/classify';
import { extractEntities } from '../../../src/handlers/extract-entities';
import { generateSummary } from '../../../src/handlers/generate-summary';
import type { Handler } from '../../../src/handlers/handler';
import { failure } from './extract-text-setup';
import { createFakeContext } from './fake-context';

const LONG = 'The harbour office counted many ships. '.repeat(10_000);

describe('classify', () => {
  const answer = { prediction: 'contract', score: 0.8, scores: { contract: 0.8, other: 0.2 }, note: 'English only.' };

  test('asks for the classification of the text and hands on type, score, scores and note', async () => {
    const { context, asked } = createFakeContext({ answers: [answer] });
    await expect(classify({ text: 'This Agreement' }, {}, context)).resolves.toEqual({
      type: 'contract',
      score: 0.8,
      scores: answer.scores,
      note: 'English only.',
    });
    expect(asked).toEqual([{ task: 'classification', input: { text: 'This Agreement' }, options: {} }]);
  });

  test('passes labels and model on, inputs laid over the configuration', async () => {
    const { context, asked } = createFakeContext({ answers: [answer] });
    await classify({ text: 'x', model: 'gpt4' }, { labels: ['a', 'b'], model: 'local_llm' }, context);
    expect(asked[0]).toMatchObject({ input: { text: 'x', labels: ['a', 'b'] }, options: { model: 'gpt4' } });
  });

  test('sends the head of a long text, cut at a word, and says so', async () => {
    const { context, asked } = createFakeContext({ answers: [answer] });
    const { note } = await classify({ text: LONG }, {}, context);
    const sent = asked[0]?.input.text ?? '';
    expect(sent.length).toBeGreaterThan(18_000);
    expect(sent.length).toBeLessThanOrEqual(20_000);
    expect(LONG[sent.length]).toBe(' ');
    const used = sent.length.toLocaleString('en-US');
    expect(note).toBe(`English only. Only the beginning was used: ${used} of 390,000 characters.`);
  });
});

describe('extract_entities', () => {
  test('finds the place of entities that came without one, in any white space, and keeps one that is right', async () => {
    const text = 'Ada Lovelace met Ada\n  Lovelace. Paid EUR 5.';
    const entities = [
      { type: 'person', text: 'Ada Lovelace' },
      { type: 'person', text: 'Ada Lovelace' },
      { type: 'money', text: 'EUR 5', start: 39, end: 44 },
      { type: 'money', text: 'EUR 5', start: 0, end: 5 },
      { type: 'place', text: 'Atlantis' },
    ];
    const { context } = createFakeContext({ answers: [{ entities }] });
    const { result } = await extractEntities({ text }, {}, context);
    expect(result.map(({ start, end }) => (start === undefined ? undefined : text.slice(start, end)))).toEqual([
      'Ada Lovelace',
      'Ada\n  Lovelace',
      'EUR 5',
      'EUR 5',
      undefined,
    ]);
    expect(result[4]).toEqual({ type: 'place', text: 'Atlantis' });
  });

  test('passes wanted types on and takes exactly maxCharacters where they are given', async () => {
    const { context, asked } = createFakeContext({ answers: [{ entities: [], note: 'None.' }] });
    const { note } = await extractEntities(
      { text: 'x'.repeat(500) },
      { maxCharacters: 100, entityTypes: ['iban'] },
      context,
    );
    expect(asked[0]?.input).toEqual({ text: 'x'.repeat(100), entityTypes: ['iban'] });
    expect(note).toBe('None. Only the beginning was used: 100 of 500 characters.');
  });

  test('sends no more of a Japanese text than fits the same model', async () => {
    const { context, asked } = createFakeContext({ answers: [{ entities: [] }] });
    await extractEntities({ text: '猫'.repeat(100_000) }, {}, context);
    expect(Buffer.byteLength(asked[0]?.input.text ?? '')).toBeLessThanOrEqual(80_000);
  });

  test('never cuts a character in two', async () => {
    const { context, asked } = createFakeContext({ answers: [{ entities: [] }] });
    await extractEntities({ text: '😀'.repeat(200) }, { maxCharacters: 101 }, context);
    expect(asked[0]?.input.text).toBe('😀'.repeat(50));
  });
});

describe('generate_summary', () => {
  test.each([
    ['documentType', { documentType: 'contract' }, { documentType: 'contract' }],
    ['type', { type: 'contract' }, { documentType: 'contract' }],
    ['a type that says nothing', { type: 'other' }, {}],
    ['no type', {}, {}],
  ])('with %s asks for as many words as suit the text', async (_case, given, expected) => {
    const { context, asked } = createFakeContext({ answers: [{ text: 'Short.' }] });
    await expect(generateSummary({ text: 'word '.repeat(150), ...given }, {}, context)).resolves.toEqual({
      text: 'Short.',
    });
    expect(asked[0]?.input).toEqual({ text: 'word '.repeat(150), maxWords: 51, ...expected });
  });

  test.each([
    ['a short text', 'word', 30],
    ['a long text', LONG, 120],
  ])('%s gets bounds', async (_case, text, maxWords) => {
    const { context, asked } = createFakeContext({ answers: [{ text: 'Short.' }] });
    await generateSummary({ text }, {}, context);
    expect(asked[0]?.input.maxWords).toBe(maxWords);
  });
});

describe('wrong inputs', () => {
  const handlers: [string, Handler][] = [
    ['classify', classify],
    ['extract_entities', extractEntities],
    ['generate_summary', generateSummary],
  ];
  const run = (handler: Handler, inputs: object, config: object = {}) =>
    failure(Promise.resolve(handler(inputs as never, config as never, createFakeContext().context)));

  test.each(handlers)(
    '%s names the field, what it got and what is allowed, before a model is asked',
    async (name, handler) => {
      expect(await run(handler, {})).toEqual({
        type: 'InvalidInput',
        field: 'text',
        message: `${name}: text: is required (string)`,
      });
      expect((await run(handler, { text: null })).message).toContain('is required');
      expect((await run(handler, { text: { text: 'x' } })).message).toBe(
        `${name}: text: expected string, got an object`,
      );
      expect((await run(handler, { text: ' \n' })).message).toContain('text with at least one word');
      expect(await run(handler, { text: 'x' }, { maxCharacters: 5 })).toMatchObject({
        field: 'maxCharacters',
        message: expect.stringContaining('a whole number from 100 to 400000, got 5'),
      });
      expect((await run(handler, { text: 'x' }, { modle: 'a' })).message).toContain(
        'unknown field "modle"; did you mean "model"?',
      );
    },
  );

  test('labels must be a list of names', async () => {
    expect(await run(classify, { text: 'x', labels: [] })).toMatchObject({ field: 'labels' });
    expect(await run(classify, { text: 'x', labels: ['a', 3] })).toMatchObject({ field: 'labels' });
  });

  test('the text itself never gets into the message', async () => {
    const { message } = await run(classify, { text: 'x', labels: 'the secret plan' });
    expect(message).not.toContain('secret');
    expect(message).toContain('a string of 15 characters');
  });
});
