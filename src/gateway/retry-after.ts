/**
 * How long a provider asks to wait, in milliseconds, however long: `retry-after-ms` before `retry-after` in seconds
 * before its HTTP date. Undefined where there is none, or none that lies ahead.
 */
export function retryAfterMs(headers: Headers | undefined, now: number = Date.now()): number | undefined {
  const precise = positive(headers?.get('retry-after-ms'));
  if (precise !== undefined) return precise;
  const given = headers?.get('retry-after')?.trim();
  if (!given) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(given)) return positive(String(Number(given) * 1000));
  // `Date.parse` also takes bare numbers such as "-5" for years.
  return /[a-z]/i.test(given) ? positive(String(Date.parse(given) - now)) : undefined;
}

function positive(value: string | null | undefined): number | undefined {
  const milliseconds = Math.ceil(Number(value?.trim() || Number.NaN));
  return Number.isSafeInteger(milliseconds) && milliseconds > 0 ? milliseconds : undefined;
}
