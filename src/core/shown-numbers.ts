import type { ShownUsage } from '../contracts/usage';

/** A time that something took: `0.4 s`, `12 s`, `2 min 5 s`, `1 h 3 min`. */
export function shownSeconds(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** US dollars with as many digits as tell something: `$0`, `$0.00042`, `$0.1234`, `$12.30`. */
export function shownMoney(usd: number): string {
  if (usd === 0) return '$0';
  if (usd >= 1) return `$${usd.toFixed(2)}`;
  if (usd >= 0.01) return `$${usd.toFixed(4)}`;
  return `$${usd < 1e-9 ? usd.toExponential(1) : usd.toFixed(Math.min(9, 1 - Math.floor(Math.log10(usd))))}`;
}

/** A whole number with separators for thousands. */
export function shownCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A size in memory or on disk: `512 B`, `1.4 kB`, `23 MB`. */
export function shownBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${step > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[step]}`;
}

/** A part of one: `85.7%`, `100%`. */
export function shownPercent(part: number): string {
  return `${Number((part * 100).toFixed(1))}%`;
}

/** `3 calls`, `1 call`. */
export function counted(count: number, noun: string): string {
  return `${shownCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** What was used, in one phrase. Built-in models send nothing, so they count no calls. */
export function shownUsage(usage: ShownUsage): string {
  const { calls, cutCalls, inputTokens, outputTokens, costUsd, cacheHits } = usage;
  const cached = cacheHits > 0 ? `, ${counted(cacheHits, 'answer')} from the cache` : '';
  if (calls === 0) return `no calls to a provider${cached}, $0`;
  const cut = cutCalls > 0 ? ` (${cutCalls} cut off)` : '';
  const tokens = counted(inputTokens + outputTokens, 'token');
  return `${counted(calls, 'call')}${cut}${cached}, ${tokens}, ${shownMoney(costUsd)}${unpriced(usage)}`;
}

/** Money that nobody knows is no money that was not spent. */
function unpriced({ calls, unpricedCalls = 0 }: ShownUsage): string {
  if (unpricedCalls === 0) return '';
  return unpricedCalls === calls ? ' (no price known)' : ` (no price known for ${counted(unpricedCalls, 'call')})`;
}
