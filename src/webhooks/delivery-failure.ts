import { CadenzaError } from '../contracts/failures';
import { shown } from '../contracts/nearest-name';
import type { Answer } from './post-once';

/** Client errors that say "not now" rather than "not this". */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** The failure that an answer stands for; undefined where the receiver took the message. Never holds text of it. */
export function failureOfAnswer(host: string, { status, retryAfter }: Answer, now: number): CadenzaError | undefined {
  if (status >= 200 && status < 300) return undefined;
  const answered = `the receiver of the webhook, ${shown(host)}, answered ${status}`;
  if (status >= 300 && status < 400) {
    return new CadenzaError('WebhookRefused', `${answered}: redirects are not followed, give the address it leads to`);
  }
  if (status >= 500 || PASSING.has(status)) {
    return new CadenzaError('WebhookFailed', answered, { retryAfterMs: retryAfterMs(retryAfter, now) });
  }
  return new CadenzaError('WebhookRefused', answered);
}

/** The failure that an error of the connection stands for. */
export function failureOfRequest(host: string, error: unknown, timeoutMs: number): CadenzaError {
  const { code, name, message } = error as { code?: unknown; name?: string; message?: string };
  // The library has no code for it; the test of refused addresses sees a change of its words.
  if (/ is not allowed\. Because/.test(message ?? '')) {
    return new CadenzaError(
      'WebhookRefused',
      `${shown(host)} is, or leads to, a private address, where webhooks may not go; CADENZA_WEBHOOK_PRIVATE=1 on the Worker allows all but those of cloud metadata`,
      { field: 'url' },
    );
  }
  if (name === 'AbortError' || name === 'TimeoutError') {
    return new CadenzaError('WebhookFailed', `${shown(host)} did not answer the webhook within ${timeoutMs / 1000} s`);
  }
  const why = typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'no connection';
  return new CadenzaError('WebhookFailed', `the webhook to ${shown(host)} could not be delivered (${why})`);
}

/** The wait of a Retry-After header, in seconds or as an HTTP date; undefined where it lies in the past or is neither. */
function retryAfterMs(given: string | undefined, now: number): number | undefined {
  const text = given?.trim() ?? '';
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) - now : 0;
  return Number.isSafeInteger(wait) && wait > 0 ? wait : undefined;
}
