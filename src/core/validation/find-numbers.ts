/** A number as it stands in a normalized text, with every value it can be read as: `1,234` is 1234 or 1.234. */
export type FoundNumber = {
  text: string;
  index: number;
  values: number[];
  /** How far a rounded figure (`1.2 million`) may be off; 0 where it was not rounded. */
  tolerance: number;
};

const LONGEST_NUMBER = 40;
const SPACE = 32;
const LETTER_A = 97;
const NUMBER = /\d[\d.,']*/g;
const GROUPED_BY_SPACES = /(?<![\d.,'])\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?(?!\d)/g;
const SCALE = /^ ?(thousand|k|million|mio|mn|m|billion|bn|trillion|tausend|millionen|milliarden)(?![\p{L}\p{N}])/u;
const SCALES: Readonly<Record<string, number>> = {
  thousand: 1e3,
  tausend: 1e3,
  k: 1e3,
  million: 1e6,
  millionen: 1e6,
  mio: 1e6,
  mn: 1e6,
  m: 1e6,
  billion: 1e9,
  bn: 1e9,
  milliarden: 1e9,
  trillion: 1e12,
};

/** The numbers of a normalized text, in digits. */
export function findNumbers(normalized: string): FoundNumber[] {
  const found: FoundNumber[] = [];
  for (const match of normalized.matchAll(NUMBER)) {
    const text = withoutEnd(match[0]);
    if (text.length <= LONGEST_NUMBER) found.push(scaled(normalized, match.index, text, readingsOf(text)));
  }
  for (const match of normalized.matchAll(GROUPED_BY_SPACES)) {
    const text = match[0];
    if (text.length <= LONGEST_NUMBER) {
      found.push({ text, index: match.index, values: readingsOf(text.replace(/ /g, '')), tolerance: 0 });
    }
  }
  return found;
}

/**
 * Which of the wanted numbers stand in a normalized text as they are, between characters that are no digits: a comma may
 * part two cells of a table (`12.50,2026`) as well as the groups of one number.
 */
export function literalNumbers(normalized: string, wanted: ReadonlySet<string>): Set<string> {
  const literal = new Set<string>();
  if (wanted.size === 0) return literal;
  const longest = Math.max(...[...wanted].map((text) => text.length));
  for (const [run] of normalized.matchAll(NUMBER)) {
    const groups = [...run.matchAll(/\d+/g)].map(({ 0: digits, index }) => ({
      start: index,
      end: index + digits.length,
    }));
    groups.forEach(({ start }, first) => {
      for (let last = first; last < groups.length; last += 1) {
        const end = groups[last]?.end ?? start;
        if (end - start > longest) break;
        const text = run.slice(start, end);
        if (wanted.has(text)) literal.add(text);
      }
    });
  }
  return literal;
}

/** Without the full stop or comma of the sentence around it. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (/[.,']/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function scaled(normalized: string, index: number, text: string, values: number[]): FoundNumber {
  const end = index + text.length;
  const next = normalized.charCodeAt(normalized.charCodeAt(end) === SPACE ? end + 1 : end);
  // Most numbers are followed by no letter at all, and this is asked for every one of them.
  const scale = next >= LETTER_A ? SCALES[SCALE.exec(normalized.slice(end, end + 15))?.[1] ?? ''] : undefined;
  if (scale === undefined) return { text, index, values, tolerance: 0 };
  const decimals = /[.,](\d+)$/.exec(text)?.[1]?.length ?? 0;
  const large = values.map((value) => value * scale);
  return { text, index, values: [...large, ...values], tolerance: (scale / 10 ** decimals) * 0.5 };
}

/** Every value the digits and separators can stand for; none where they are no number, as in `1.2.3`. */
function readingsOf(text: string): number[] {
  const plain = text.replace(/'/g, '');
  const commas = plain.split(',').length - 1;
  const dots = plain.split('.').length - 1;
  if (commas === 0 && dots === 0) return [Number(plain)];
  if (commas > 0 && dots > 0) return [mixed(plain)].filter((value) => !Number.isNaN(value));
  const separator = commas > 0 ? ',' : '.';
  const groups = plain.split(separator);
  const joined = Number(groups.join(''));
  if (groups.length > 2) return groups.slice(1).every((group) => group.length === 3) || commas > 0 ? [joined] : [];
  const asDecimal = Number(groups.join('.'));
  return groups[1]?.length === 3 ? [joined, asDecimal] : [asDecimal];
}

/** With both separators there, the last one is the decimal one. */
function mixed(plain: string): number {
  return plain.lastIndexOf(',') > plain.lastIndexOf('.')
    ? Number(plain.replace(/\./g, '').replace(',', '.'))
    : Number(plain.replace(/,/g, ''));
}
