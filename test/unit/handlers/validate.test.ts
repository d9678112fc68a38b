import type { JsonObject } from '../../../src/contracts/json';
import { validate } from '../../../src/handlers/validate';
import { processorTime } from '../../helpers/processor-time';
import { failure } from './extract-text-setup';

const TEXT = `Consulting Agreement
This Agreement is made on 2 February 2026 between Larkspur Analytics Inc, Dublin, represented by Ms. Fiona
Gallagher, and Redwood Field Consulting LLC, represented by Mr. Victor Almeida. The fee is EUR 48,000.00, paid in
three parts within thirty days of each invoice to GB33 BUKB 2020 1555 5555 55. The services end on 31 July 2026.
The turnover of Larkspur Analytics Inc was 1,234,567 euros in 2025. Questions go to office@larkspur.example.`;

const at = (type: string, words: string) => {
  const start = TEXT.indexOf(words);
  return { type, text: words, start, end: start + words.length };
};
const ENTITIES = [
  at('organization', 'Larkspur Analytics Inc'),
  at('person', 'Victor Almeida'),
  at('date', '31 July 2026'),
  at('money', 'EUR 48,000.00'),
  at('email', 'office@larkspur.example'),
];
const SUMMARY = 'Larkspur Analytics Inc engages Redwood Field Consulting LLC until 31 July 2026 for EUR 48,000.00.';

const run = (given: JsonObject = {}) => validate({ text: TEXT, entities: ENTITIES, summary: SUMMARY, ...given }, {});
const found = (given: JsonObject) => run(given).findings.map(({ severity, check, value }) => [severity, check, value]);

test('an analysis that holds is valid, without findings', () => {
  expect(run()).toEqual({ valid: true, findings: [] });
});

describe('claims of a summary', () => {
  test.each([
    ['a made-up amount', 'The fee is EUR 52,000.00 in all.', 'summary_number', '52,000.00'],
    ['a made-up year', 'Larkspur was founded in 1987 in Dublin.', 'summary_number', '1987'],
    ['another day', 'The services end on 30 July 2026.', 'summary_date', '30 july 2026'],
    ['another year of a date', 'The services end on July 31, 2027.', 'summary_date', 'july 31, 2027'],
    [
      'a made-up company',
      'The client is represented by Globex Dynamics in this matter.',
      'summary_name',
      'Globex Dynamics',
    ],
    ['a made-up place', 'The services are given in Lisbon.', 'summary_name', 'Lisbon'],
    ['another currency', 'The fee is USD 48,000.00 in all.', 'summary_currency', 'usd 48,000.00'],
  ])('%s is an error that names it', (_case, summary, check, value) => {
    expect(run({ summary }).valid).toBe(false);
    expect(found({ summary })).toEqual([['error', check, value]]);
  });

  test.each([
    ['dates in figures', 'It runs from 2026-02-02 to 31.07.2026.'],
    ['dates in American order', 'It runs until 07/31/2026.'],
    ['a date without its year, and a month', 'It ends on July 31. It began in February 2026.'],
    ['sums written in another way', 'The fee is 48000 EUR, or €48.000,00.'],
    ['sums rounded by a scale word', 'Turnover was 1.2 million euros.'],
    ['figures for words', 'Invoices are paid in 30 days, in 3 parts.'],
    ['names in capitals or with an s', "LARKSPUR ANALYTICS INC's and Victor Almeida's signatures are there."],
    ['words that only begin a sentence', 'However, it ends. Both parties agree. Payment follows: Done.'],
    ['headings', 'Key Points: the parties are named.'],
    ['the plural of a word', 'The Agreements are made in Dublin.'],
  ])('%s hold', (_case, summary) => {
    expect(found({ summary })).toEqual([]);
  });

  test.each([
    ['a small count', 'The 2 parties agree on 7 duties.', 'summary_number', '7'],
    ['a rough figure', 'Turnover was about 1,300,000 euros.', 'summary_number', '1,300,000'],
    [
      'a name of which a part is there',
      'It was signed by Ms. Fiona Baxter herself.',
      'summary_name',
      'Ms. Fiona Baxter',
    ],
  ])('%s that is not there is a warning only', (_case, summary, check, value) => {
    expect(run({ summary }).valid).toBe(true);
    expect(found({ summary })).toEqual([['warning', check, value]]);
  });

  test('a number that stands in the text as it is holds, whatever commas join it to', () => {
    const rows =
      'name,amount,date\nAnna,12.50,2026-01-02\nBob,99.00,2026-02-03\n1,2.75,3,4.5,6,7.25,8,9,10.5,11,12,13,14,15.75';
    for (const summary of [rows, 'Anna has 12.50 and Bob has 99.00; the last is 15.75.']) {
      const findings = found({ text: rows, entities: [], summary });
      expect(findings.filter(([, check]) => check === 'summary_number')).toEqual([]);
    }
    const madeUp = found({ text: rows, entities: [], summary: 'Anna has 2.50 and Bob has 99.001 in all.' });
    expect(madeUp.filter(([, check]) => check === 'summary_number').map(([, , value]) => value)).toEqual([
      '2.50',
      '99.001',
    ]);
  });

  test('a claim made twice is one finding', () => {
    expect(found({ summary: 'It costs 777 now. Really, it costs 777 now.' })).toHaveLength(1);
  });
});

describe('form of a summary', () => {
  test.each([
    ['empty', ' \n ', 'error', 'summary_empty'],
    ['a word long', 'Agreement.', 'warning', 'summary_too_short'],
    ['the text itself', TEXT, 'warning', 'summary_not_shorter'],
    ['endless', 'the fee '.repeat(250), 'warning', 'summary_too_long'],
  ])('%s is a finding', (_case, summary, severity, check) => {
    expect(found({ summary }).map(([first, second]) => [first, second])).toContainEqual([severity, check]);
  });

  test('the longest summary is a matter of configuration', () => {
    const { findings } = validate({ text: TEXT, entities: ENTITIES, summary: SUMMARY }, { maxSummaryWords: 5 });
    expect(findings).toMatchObject([{ check: 'summary_too_long', count: 17 }]);
  });
});

describe('entities', () => {
  const withEntity = (entity: JsonObject) => found({ entities: [...ENTITIES, entity] });

  test.each([
    ['made up', { type: 'person', text: 'Grace Hopper' }, ['error', 'entity_not_in_text', 'Grace Hopper']],
    ['without text', { type: 'person', text: ' ' }, ['error', 'entity_not_in_text', '']],
    ['a date that is not there', { type: 'date', text: '2026-07-30' }, ['error', 'entity_not_in_text', '2026-07-30']],
    [
      'put together',
      { type: 'person', text: 'Fiona Almeida' },
      ['warning', 'entity_not_word_for_word', 'Fiona Almeida'],
    ],
    [
      'at the wrong place',
      { type: 'place', text: 'Dublin', start: 3, end: 9 },
      ['warning', 'entity_position', 'Dublin'],
    ],
    ['listed twice', at('person', 'Victor Almeida'), ['warning', 'entity_duplicate', 'Victor Almeida']],
  ])('one that is %s is a finding', (_case, entity, expected) => {
    expect(withEntity(entity as JsonObject)).toEqual([expected]);
  });

  test.each([
    ['across a line break', { type: 'person', text: 'Fiona Gallagher' }],
    ['in another case', { type: 'organization', text: 'LARKSPUR ANALYTICS INC' }],
    ['a date in figures', { type: 'date', text: '2026-07-31' }],
    ['a sum in figures', { type: 'money', text: '48000 EUR' }],
    ['an IBAN without spaces', { type: 'iban', text: 'GB33BUKB20201555555555' }],
    ['the second mention of a name', { ...at('person', 'Victor Almeida'), start: undefined, end: undefined } as never],
  ])('one %s is in the text', (_case, entity) => {
    expect(withEntity(JSON.parse(JSON.stringify(entity)) as JsonObject)).toEqual([]);
  });

  test('amounts, dates and addresses that the text has and no entity names are findings', () => {
    const { findings, valid } = run({ entities: [at('person', 'Victor Almeida')] });
    expect(valid).toBe(true);
    expect(findings).toMatchObject([
      { check: 'entities_missing', type: 'money', count: 2 },
      { check: 'entities_missing', type: 'date', count: 2 },
      { check: 'entities_missing', type: 'email', count: 1 },
    ]);
  });

  test('hundreds of findings are cut, errors first', () => {
    const entities = Array.from({ length: 300 }, (_, index) => ({ type: 'person', text: `Zorblax${index}` }));
    const { findings } = run({ entities: [...ENTITIES, ...entities], summary: SUMMARY.repeat(30) });
    expect(findings).toHaveLength(101);
    expect(findings[0]).toMatchObject({ severity: 'error' });
    expect(findings[100]).toMatchObject({ check: 'not_checked', count: 202 });
  });
});

test('a finding quotes at most 60 characters, without control characters', () => {
  const entities = [{ type: 'p'.repeat(300), text: `\u001b[31m${'Zorblax '.repeat(100)}` }];
  const { findings } = run({ entities, summary: `It is ${'9'.repeat(35)} and ${'Qwertz'.repeat(50)}.` });
  for (const finding of findings) {
    expect(finding.value?.length ?? 0).toBeLessThanOrEqual(60);
    expect(finding.message.length).toBeLessThan(140);
    expect(finding.message).not.toContain('\u001b');
  }
});

describe('wrong inputs', () => {
  const refusal = async (given: JsonObject) => failure(Promise.resolve().then(() => validate(given, {})));

  test.each([
    ['no text', { entities: [], summary: 'x' }, 'text', 'validate: text: is required (string)'],
    ['no summary', { entities: [], text: 'x' }, 'summary', 'is required'],
    ['no entities', { text: 'x', summary: 'x' }, 'entities', 'is required (a list of'],
    ['entities of another shape', { text: 'x', summary: 'x', entities: { a: 1 } }, 'entities', 'got an object'],
    [
      'an entity without type',
      { text: 'x', summary: 'x', entities: [{ text: 'x' }] },
      'entities[0]',
      'expected { type',
    ],
  ])('%s is refused with the field', async (_case, given, field, message) => {
    expect(await refusal(given as JsonObject)).toMatchObject({
      type: 'InvalidInput',
      field,
      message: expect.stringContaining(message),
    });
  });
});

describe('hostile text', () => {
  /** Of the million that are compared: what takes time that grows faster than a text does is far over the limit. */
  const MOST = 300_000;
  test.each([
    ['one letter', 'A'.repeat(MOST)],
    ['a@', 'a@'.repeat(MOST / 2)],
    ['digits', '1'.repeat(MOST)],
    ['separators', '1,'.repeat(MOST / 2)],
    ['groups of digits', '111 '.repeat(MOST / 4)],
    ['dates', '12 may '.repeat(MOST / 7)],
    ['amounts', 'eur 1 '.repeat(MOST / 6)],
    ['capitals', 'Ab. '.repeat(MOST / 4)],
    ['spaces', `x${' '.repeat(MOST)}x`],
  ])('hundreds of kilobytes of %s, as text and as summary, take less than five seconds a megabyte', (_case, text) => {
    const started = processorTime();
    validate({ text, entities: [{ type: 'person', text: text.slice(0, 100_000) }], summary: text }, {});
    expect(processorTime() - started).toBeLessThan(1_500);
  });

  test('behind a million characters a missing claim is a warning, and a finding says how much was compared', () => {
    const { valid, findings } = run({
      text: TEXT + ' filler words'.repeat(100_000),
      summary: 'It was signed in Lisbon.',
    });
    expect(valid).toBe(true);
    expect(findings).toMatchObject([
      { severity: 'warning', value: 'Lisbon' },
      { severity: 'info', check: 'not_checked' },
    ]);
  });
});
