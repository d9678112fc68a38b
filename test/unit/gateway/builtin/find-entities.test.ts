import { findEntities } from '../../../../src/gateway/builtin/find-entities';

const english = { code: 'en', scores: {} };
const german = { code: 'de', scores: {}, foreign: 'de' };
const found = (text: string, types: string[] = []): string[] =>
  findEntities(text, types, english).entities.map((entity) => `${entity.type}: ${entity.text}`);

describe('the built-in entity finder', () => {
  test.each([
    ['due 2026-03-17, paid 4/11/2025', ['date: 2026-03-17', 'date: 4/11/2025']],
    ['on March 12, 2026 and the 3rd of May 2025', ['date: March 12, 2026', 'date: 3rd of May 2025']],
    ['ordered on 3 March. Please', ['date: 3 March']],
    ['on 3 Mar. and 4 Dec. 2025, not 5 May.', ['date: 3 Mar.', 'date: 4 Dec. 2025', 'date: 5 May']],
    ['$48.5 million, US$ 12, 1.200,50 EUR', ['money: $48.5 million', 'money: US$ 12', 'money: 1.200,50 EUR']],
    ['EUR          1,680.00', ['money: EUR          1,680.00']],
    ['see https://a.example/b?c=d.', ['url: https://a.example/b?c=d']],
    ['IBAN DE89 3704 0044 0532 0130 00 BIC', ['iban: DE89 3704 0044 0532 0130 00']],
    ['IBAN DE89 3704 0044 0532 0130 01', []],
    ['Tel. 0117 555 0136 or +44 117 555 0136', ['phone: 0117 555 0136', 'phone: +44 117 555 0136']],
    ['Anna (anna.b+x@mail.example.org)', ['email: anna.b+x@mail.example.org']],
  ])('reads %j', (text, entities) => {
    expect(found(text, ['date', 'money', 'url', 'iban', 'phone', 'email'])).toEqual(entities);
  });

  test('finds companies, institutions, people with titles and towns with postcodes', () => {
    const text = 'Dr. Colin Farrow of Greenfield\nPumps Ltd met the University of Halden at Bristol BS1 4QD.';
    expect(found(text)).toEqual(expect.arrayContaining(['person: Colin Farrow', 'place: Bristol']));
    expect(found(text)).toContain('organization: University of Halden');
  });

  test('finds a name that is wrapped at the end of a long line', () => {
    const text = 'The cheaper quote for the pump behind the orchard is from Greenfield\nPumps Ltd, they said.';
    expect(found(text)).toContain('organization: Greenfield\nPumps Ltd');
  });

  test('lists only the types that were asked for, and each entity once', () => {
    expect(found('a@b.example a@b.example $5', ['email'])).toEqual(['email: a@b.example']);
  });

  test('refuses a type that it does not know', () => {
    expect(() => findEntities('x', ['colour'], english)).toThrow(/finds no "colour"; known: person, /);
  });

  test('keeps to what has a fixed form in a language that it does not read, and says so', () => {
    const text = 'Frau Helga Brandstetter zahlt am 28. Januar 2026 genau 86,40 EUR.';
    const { entities, note } = findEntities(text, [], german);
    expect(entities.map((entity) => entity.type)).toEqual(['date', 'money']);
    expect(note).toContain('German (de)');
    expect(findEntities(text, ['date'], german).note).toBeUndefined();
  });

  test('gives offsets of the text as it came, also behind words that had to be broken and over many windows', () => {
    const text = `${'x'.repeat(950)} 😀 ${'Lorem ipsum dolor. '.repeat(300)}\nPay $5 to a@b.example, ${'y'.repeat(500)} on 2026-01-02.`;
    const { entities } = findEntities(text, [], english);
    expect(entities.map((entity) => entity.text)).toEqual(expect.arrayContaining(['$5', 'a@b.example', '2026-01-02']));
    for (const entity of entities) expect(text.slice(entity.start, entity.end)).toBe(entity.text);
  });
});
