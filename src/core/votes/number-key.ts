const DECIMAL = /^([+-]?)(\d{1,3}(?:,\d{3})+|\d*)(?:\.(\d*))?(?:e([+-]?\d{1,6}))?$/i;

/** A number in running text: not part of a word, with its sign where that is no operator between two numbers. */
const IN_TEXT =
  /(?:(?<![\p{L}\p{N}_.)])[+-])?(?<![\p{L}\p{N}_.])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[+-]?\d{1,4}(?!\d))?/giu;

/** Longest number that is written out; beyond it the exponent is. */
const PLAIN_DIGITS = 21;

/**
 * One spelling for every decimal of the same value, exactly (no rounding to a double): `42.0`, ` 42.`, `+042` and
 * `4.2e1` are `42`. Commas are taken for separators of thousands where they stand as such. Undefined where the text is
 * not a number and nothing else.
 */
export function numberKey(text: string): string | undefined {
  const match = DECIMAL.exec(ascii(text).trim());
  if (!match) return undefined;
  const whole = (match[2] ?? '').replace(/,/g, '');
  const fraction = match[3] ?? '';
  if (whole === '' && fraction === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = withoutEndZeros(digits);
  if (significant === '') return '0';
  const exponent = Number(match[4] ?? 0) - fraction.length + (digits.length - significant.length);
  return `${match[1] === '-' ? '-' : ''}${spell(significant, exponent)}`;
}

/**
 * The last number in a text, as its key: models put the answer at the end. Digits within words (`gpt4`) are none.
 * Linear in the length of the text.
 */
export function lastNumber(text: string): string | undefined {
  let last: string | undefined;
  for (const [found] of ascii(text).matchAll(IN_TEXT)) last = found;
  return last === undefined ? undefined : numberKey(last);
}

/** Minus signs and digits that only look different. */
function ascii(text: string): string {
  return text
    .replace(/[\u2212\ufe63\uff0d]/g, '-')
    .replace(/[\uff10-\uff19]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xff10 + 48));
}

/** A loop: `0+$` would be tried from every zero of a long run. */
function withoutEndZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 48) end -= 1;
  return digits.slice(0, end);
}

function spell(digits: string, exponent: number): string {
  const point = digits.length + exponent;
  if (exponent >= 0 && point <= PLAIN_DIGITS) return digits + '0'.repeat(exponent);
  if (exponent < 0 && point > 0) return `${digits.slice(0, point)}.${digits.slice(point)}`;
  if (point <= 0 && -point <= PLAIN_DIGITS) return `0.${'0'.repeat(-point)}${digits}`;
  return `${digits}e${exponent}`;
}
