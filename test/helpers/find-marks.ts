/**
 * The marks that are somewhere in these bytes: as they are, in Base64 at any offset, or in hexadecimal. Marks are letters
 * and digits, at least twelve, so that no escaping hides them.
 */
export function findMarks(haystack: Buffer | string, marks: readonly string[]): string[] {
  const text = typeof haystack === 'string' ? haystack : haystack.toString('latin1');
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/');
  const lower = text.toLowerCase();
  return marks.filter(
    (mark) =>
      text.includes(mark) ||
      lower.includes(Buffer.from(mark).toString('hex')) ||
      base64Forms(mark).some((form) => base64.includes(form)),
  );
}

/** Whatever stands around it, the middle of a mark is one of these three in Base64. */
function base64Forms(mark: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from(`${'\0'.repeat(offset)}${mark}`)
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(offset === 0 ? 0 : offset + 1, -2);
  });
}
