import { findPatternEntities } from './entity-patterns';
import { findEntities } from './find-entities';
import { breakLongWords } from './guard-text';

/** An invoice is on its first pages; the rest is terms. */
const READ = 10_000;

/** One line made of the fields of an invoice, or undefined where neither number nor total can be found. */
export function summarizeInvoice(text: string): string | undefined {
  const beginning = breakLongWords(text.slice(0, READ));
  const number = /\binvoice[ \t]*(?:number|no\.?|id|#)?[ \t]*[:#]?[ \t]*([A-Z0-9/-]{0,20}\d[A-Z0-9/-]{0,20})/i.exec(
    beginning,
  )?.[1];
  const total = totalOf(beginning);
  if (number === undefined && total === undefined) return undefined;
  const companies = findEntities(beginning, ['organization'], { code: 'en', scores: {} }).entities;
  const [seller, buyer] = companies.map((company) => company.text.replace(/\s+/g, ' '));
  const issued = dateAfter(beginning, /\b(?:invoice date|date of issue|issued|date)\b/i);
  const due = dateAfter(beginning, /\b(?:due date|payment due|due by|pay by|due)\b/i);
  return [
    `Invoice${number === undefined ? '' : ` ${number}`}`,
    seller === undefined ? '' : ` from ${seller}`,
    buyer === undefined ? '' : ` to ${buyer}`,
    issued === undefined ? '' : `, dated ${issued}`,
    due === undefined ? '' : `, due ${due}`,
    total === undefined ? '' : `, total ${total}`,
    '.',
  ].join('');
}

/** The amount on the last line that speaks of a total: subtotals come before it. */
function totalOf(text: string): string | undefined {
  const lines = text
    .split('\n')
    .filter((line) => /\b(?:total|amount|balance)\b/i.test(line) && !/\bsub-?total\b/i.test(line));
  const amounts = lines.flatMap((line) => {
    const money = findPatternEntities(line).filter(({ type }) => type === 'money');
    const last = money[money.length - 1];
    return last ? [line.slice(last.start, last.end).replace(/\s+/g, ' ')] : [];
  });
  return amounts[amounts.length - 1];
}

function dateAfter(text: string, label: RegExp): string | undefined {
  const found = label.exec(text);
  if (!found) return undefined;
  const near = text.slice(found.index, found.index + 80);
  const date = findPatternEntities(near).find(({ type }) => type === 'date');
  return date ? near.slice(date.start, date.end) : undefined;
}
