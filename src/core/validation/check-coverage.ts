import type { Entity } from '../../contracts/model';
import type { Finding } from './finding';
import type { TextFacts } from './text-facts';

/** A text of fewer words may well name nobody. */
const WORDS_OF_A_REAL_TEXT = 200;

/** Are entities missing that the text plainly has: amounts, dates, addresses? */
export function checkCoverage(entities: readonly Entity[], facts: TextFacts): Finding[] {
  const kinds = [
    {
      name: 'amounts of money',
      type: 'money',
      count: facts.amounts.length,
      pattern: /money|amount|price|currenc|total/i,
    },
    { name: 'dates', type: 'date', count: facts.dateCount, pattern: /date|time/i },
    { name: 'e-mail addresses', type: 'email', count: facts.emailCount, pattern: /e-?mail|contact/i },
  ];
  const findings = kinds
    .filter(({ count, pattern }) => count > 0 && !entities.some(({ type }) => pattern.test(type)))
    .map(({ name, type, count }): Finding => {
      const message = `the text has ${name} (${count}), and no entity is one`;
      return { severity: 'warning', check: 'entities_missing', message, type, count };
    });
  if (entities.length === 0 && findings.length === 0 && facts.wordCount >= WORDS_OF_A_REAL_TEXT) {
    const message = `no entity was found in a text of ${facts.wordCount} words`;
    findings.push({ severity: 'warning', check: 'entities_missing', message, count: 0 });
  }
  return findings;
}
