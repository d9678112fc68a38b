import { electronicFormatIBAN, isValidIBAN } from 'ibantools';
import type { EntityType } from '../../contracts/document-types';
import { scanWindows } from './guard-text';

/** An entity as a place in the text. */
export type EntitySpan = { type: EntityType; start: number; end: number };

const MONTHS = [
  'jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|mar(?:ch|s|zo)?|märz|apr(?:il|ile)?|may|mai|june?|juni?|july?|juli?',
  'aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober|obre)?|nov(?:ember|embre)?|de[cz](?:ember|embre)?',
  'février|avril|juin|juillet|août|septembre|décembre|enero|febrero|abril|mayo|junio|julio|agosto|septiembre|noviembre',
  'diciembre|gennaio|febbraio|maggio|giugno|luglio|settembre|ottobre|dicembre|januari|februari|maart|mei|augustus',
].join('|');
const SHORT_MONTH_AT_END = /[\s.](?:jan|feb|mar|apr|jun|jul|aug|sept?|o[ck]t|nov|de[cz])\.$/i;
const CODES = 'USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|INR|CNY|BRL|ZAR';
const NUMBER = String.raw`\d{1,15}(?:[.,'’]\d{1,3}){0,6}`;
const SCALE = String.raw`(?: ?(?:million|billion|trillion|thousand|bn|mn|[mkMK])\b)?`;

/** First match wins where two overlap, so the order is part of the rules. */
const PATTERNS: { type: EntityType; pattern: RegExp; accept?: (found: string) => string | undefined }[] = [
  { type: 'url', pattern: /\b(?:https?:\/\/|www\.)[^\s<>"'()[\]{}]{2,190}/gi, accept: withoutTail },
  {
    type: 'email',
    pattern: /(?<![\w.+-]|message-id: <)[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}/gi,
  },
  { type: 'iban', pattern: /\b[A-Z]{2}\d{2}[A-Z0-9 ]{8,36}/g, accept: validIban },
  { type: 'phone', pattern: /(?<![\w+])\+\d{1,3}[\d ()./-]{5,20}\d/g, accept: phoneNumber },
  {
    type: 'phone',
    pattern: /(?<=\b(?:tel|phone|fax|mobile|call)\b[.:]? {0,3})\(?\d[\d ()./-]{4,20}\d/gi,
    accept: phoneNumber,
  },
  { type: 'date', pattern: /\b\d{4}-[01]\d-[0-3]\d\b/g },
  { type: 'date', pattern: /\b[0-3]?\d([./-])[0-3]?\d\1(?:19|20)?\d\d\b/g },
  {
    type: 'date',
    pattern: new RegExp(
      String.raw`\b[0-3]?\d(?:st|nd|rd|th|\.)?\s(?:of\s|de\s)?(?:${MONTHS})\b\.?(?:,?\s(?:de\s)?(?:19|20)\d\d\b)?`,
      'gi',
    ),
    accept: withoutFullStop,
  },
  {
    type: 'date',
    pattern: new RegExp(
      String.raw`\b(?:${MONTHS})\b\.?\s(?:[0-3]?\d(?:st|nd|rd|th)?\b(?:,?\s(?:19|20)\d\d\b)?|(?:19|20)\d\d\b)`,
      'gi',
    ),
  },
  {
    type: 'money',
    pattern: new RegExp(String.raw`(?:(?:US|[AC])?\$|[€£¥₹]|\b(?:${CODES})\b)[ \t]{0,20}${NUMBER}${SCALE}`, 'g'),
  },
  {
    type: 'money',
    pattern: new RegExp(
      String.raw`(?<![\d.,])${NUMBER}${SCALE} ?(?:[€£¥₹]|\b(?:${CODES}|dollars|euros|pounds|francs|yen|Euro)\b)`,
      'g',
    ),
  },
];

/**
 * Everything with a fixed form: works in any language. Offsets are exact. Scans short windows, because even a linear
 * expression that looks ahead is quadratic over a megabyte.
 */
export function findPatternEntities(text: string): EntitySpan[] {
  const spans: EntitySpan[] = [];
  for (const window of scanWindows(text)) {
    for (const { type, pattern, accept } of PATTERNS) {
      for (const match of window.text.matchAll(pattern)) {
        const found = accept === undefined ? match[0] : accept(match[0]);
        if (found === undefined) continue;
        const start = window.start + match.index;
        spans.push({ type, start, end: start + found.length });
      }
    }
  }
  return spans;
}

function withoutTail(url: string): string {
  let end = url.length;
  while (end > 0 && '.,;:!?*_'.includes(url.charAt(end - 1))) end -= 1;
  return url.slice(0, end);
}

/** A full stop belongs to the month where that is cut short (`3 Mar.`), else to the sentence (`3 March.`). */
function withoutFullStop(date: string): string {
  return date.endsWith('.') && !SHORT_MONTH_AT_END.test(date) ? date.slice(0, -1) : date;
}

/** The longest beginning that ends with a word and has the right check digits. */
function validIban(candidate: string): string | undefined {
  let found = candidate.trimEnd();
  while (found.length >= 15) {
    if (isValidIBAN(electronicFormatIBAN(found) ?? '')) return found;
    const cut = found.lastIndexOf(' ');
    if (cut < 0) return undefined;
    found = found.slice(0, cut).trimEnd();
  }
  return undefined;
}

function phoneNumber(candidate: string): string | undefined {
  const digits = candidate.replace(/\D/g, '').length;
  return digits >= 7 && digits <= 15 ? candidate : undefined;
}
