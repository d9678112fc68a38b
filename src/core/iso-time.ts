/** Milliseconds since 1970 as ISO 8601. */
export function isoTime(milliseconds: number): string {
  // oxlint-disable-next-line no-restricted-globals -- a conversion of a given time, no clock is read
  return new Date(milliseconds).toISOString();
}
