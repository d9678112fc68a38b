/** Text as it is compared: letters without case, one kind of quote, dash and space, compatibility forms unified. */
export function normalizeText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2018\u2019\u201b\u2032\u00b4`]/g, "'")
    .replace(/[\u201c-\u201f\u00ab\u00bb\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\u00ad|\u200b/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Words of a normalized text, letters and digits only: `o'neill-smith` is three. */
export function wordsOf(normalized: string): string[] {
  return normalized.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** Letters and digits only: what is left the same when an IBAN or a phone number is grouped in another way. */
export function compact(normalized: string): string {
  return normalized.replace(/[^\p{L}\p{N}@]/gu, '');
}
