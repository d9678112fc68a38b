import { analyzeSentiment } from '../../../../src/gateway/builtin/analyze-sentiment';
import { rankSentences } from '../../../../src/gateway/builtin/rank-sentences';
import { summarizeText } from '../../../../src/gateway/builtin/summarize-text';

const english = { code: 'en', scores: {} };
const german = { code: 'de', scores: {}, foreign: 'de' };

describe('the built-in summarizer', () => {
  test('prefers the sentence that shares most with the others', () => {
    const ranks = rankSentences([
      'Nothing of interest happens anywhere today.',
      'The harbour bridge carries trams across the harbour.',
      'Trams crossed the bridge again after repairs of the harbour bridge.',
      'Repairs of the bridge delayed trams.',
    ]);
    expect(ranks.indexOf(Math.max(...ranks))).toBeGreaterThan(0);
  });

  test('leaves the headers, greeting, quotes and signature of a mail out', () => {
    const mail =
      'From: a@b.example\nSubject: We have some problems with the pump again.\n\nHi Ann,\n\nThe pump in the garden is broken again. Please order a new one.\n\n> old text of somebody else.\n\n--\nKarl from the office wrote this.';
    expect(summarizeText(mail, {}, english).text).toBe(
      'The pump in the garden is broken again. Please order a new one.',
    );
  });

  test('makes one line of the fields of an invoice', () => {
    const invoice =
      'Oak & Elm Ltd\nInvoice no: 2026-17\nDate: 3 May 2026\nSubtotal EUR 100.00\nTotal due EUR 119.00\nDue date: 2 June 2026';
    expect(summarizeText(invoice, { documentType: 'invoice' }, english).text).toBe(
      'Invoice 2026-17 from Oak & Elm Ltd, dated 3 May 2026, due 2 June 2026, total EUR 119.00.',
    );
  });

  test('gives the first sentences of a language that it does not read, without breaking dates', () => {
    const { text, note } = summarizeText('Am 28. Januar 2026 kam der Brief. Er war lang.', { maxWords: 7 }, german);
    expect(text).toBe('Am 28. Januar 2026 kam der Brief.');
    expect(note).toContain('German (de)');
  });

  test('says so where there are no sentences', () => {
    expect(summarizeText('milk\neggs\nbread', {}, english)).toEqual({
      text: 'milk eggs bread',
      note: 'No sentences found; this is how the text begins.',
    });
  });
});

describe('the built-in sentiment model', () => {
  test.each([
    ['I love it. The staff were wonderful.', 'positive'],
    ['Terrible service, I am very disappointed. Never again!', 'negative'],
    ['The train leaves at nine.', 'neutral'],
  ])('%j is %s', (text, prediction) => {
    const result = analyzeSentiment(text, english);
    expect(result.prediction).toBe(prediction);
    expect(Object.keys(result.scores).sort()).toEqual(['negative', 'neutral', 'positive']);
    expect(result.score).toBe(result.scores[prediction]);
  });

  test('is not carried away by length', () => {
    const long = 'The door is good. The table has four legs. It stands by the wall in the hall. '.repeat(50);
    expect(analyzeSentiment(long, english).score).toBeLessThan(0.9);
  });

  test('stays neutral on a language that it does not read, and says so', () => {
    expect(analyzeSentiment('Ich liebe es', german)).toMatchObject({ prediction: 'neutral', score: 0.333 });
    expect(analyzeSentiment('Ich liebe es', german).note).toContain('German (de)');
  });
});
