// The errors alone: the rest of the package is loaded for who asks an endpoint.
import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai/core/error';
import type { FailureType } from '../contracts/failures';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import { retryAfterMs } from './retry-after';

/** What is known about a call that failed. Names and numbers only: all of it may be shown, but for the key. */
export type CallFacts = {
  provider: string;
  model: string;
  host: string;
  timeoutMs: number;
  timedOut: boolean;
  keyVariable?: string;
  key?: string;
};

/**
 * Any error of one provider call as a typed failure. The caller has dealt with aborts before.
 * The message holds names, the status and the provider's short error code: never a body, a prompt or a key, and no
 * `cause`, which would carry them into Temporal's history.
 */
export function classifyError(error: unknown, facts: CallFacts): CadenzaError {
  if (isCadenzaError(error)) return error;
  if (facts.timedOut || error instanceof APIConnectionTimeoutError) return timeout(facts);
  if (error instanceof APIConnectionError) return unreachable(error, facts);
  if (error instanceof APIError && error.status !== undefined) return fromStatus(error as StatusError, facts);
  return fromBody(error, facts);
}

type StatusError = APIError & { status: number };

function fromStatus(error: StatusError, facts: CallFacts): CadenzaError {
  const code = shortCode(error, facts);
  const type = typeOf(error.status, code);
  const shouldRetry = type === 'QuotaExhausted' ? null : error.headers?.get('x-should-retry');
  return new CadenzaError(type, describe(type, facts, `(${[error.status, code].filter(Boolean).join(', ')})`), {
    retryAfterMs: retryAfterMs(error.headers),
    ...((shouldRetry === 'true' || shouldRetry === 'false') && { retryable: shouldRetry === 'true' }),
  });
}

const TYPE_OF_CODE: Record<string, FailureType> = {
  insufficient_quota: 'QuotaExhausted',
  context_length_exceeded: 'InputTooLarge',
  exceed_context_size_error: 'InputTooLarge',
  string_above_max_length: 'InputTooLarge',
  content_filter: 'ModelRefused',
  content_policy_violation: 'ModelRefused',
};

/** Whether a provider's word says what went wrong, whatever the status. */
export function isErrorCode(code: string): boolean {
  return Object.hasOwn(TYPE_OF_CODE, code);
}

const TYPE_OF_STATUS: Record<number, FailureType> = {
  401: 'AuthenticationFailed',
  402: 'QuotaExhausted',
  403: 'PermissionDenied',
  404: 'ModelNotFound',
  408: 'ModelTimeout',
  409: 'ProviderUnavailable',
  410: 'ModelNotFound',
  413: 'InputTooLarge',
  425: 'ProviderUnavailable',
  429: 'RateLimited',
  // Said by a proxy: what is behind it may have done the work, and charged for it.
  502: 'ProviderUnreachable',
  504: 'ModelTimeout',
};

function typeOf(status: number, code: string | undefined): FailureType {
  const byCode = status < 500 && code !== undefined && isErrorCode(code) ? TYPE_OF_CODE[code] : undefined;
  if (byCode) return byCode;
  if (status >= 300 && status < 400) return 'ConfigurationInvalid';
  return TYPE_OF_STATUS[status] ?? (status >= 500 ? 'ProviderUnavailable' : 'ModelRequestRejected');
}

function describe(type: FailureType, { provider, model, keyVariable }: CallFacts, status: string): string {
  const who = `provider "${provider}"`;
  switch (type) {
    case 'AuthenticationFailed':
      return keyVariable === undefined
        ? `${who} asks for a key ${status}; name its variable with apiKeyEnv`
        : `${who} refused the key in ${keyVariable} ${status}`;
    case 'PermissionDenied':
      return `${who} does not let this key use model "${model}" ${status}`;
    case 'QuotaExhausted':
      return `${who}: the account has no credit left ${status}`;
    case 'ModelNotFound':
      return `${who} has no model "${model}", or its baseUrl is wrong ${status}`;
    case 'InputTooLarge':
      return `${who}: the text does not fit the context of model "${model}" ${status}`;
    case 'ModelRefused':
      return `${who} refused the text by its content policy ${status}`;
    case 'ModelRequestRejected':
      return `${who} called the request to model "${model}" wrong ${status}`;
    case 'RateLimited':
      return `${who} asked to slow down ${status}`;
    case 'ProviderUnreachable':
      return `a proxy lost its connection to ${who} ${status}`;
    case 'ModelTimeout':
      return `${who} gave up waiting for model "${model}" ${status}`;
    case 'ConfigurationInvalid':
      return `${who} redirects to another address ${status}, which is not followed: correct its baseUrl`;
    default:
      return `${who} answered with an error ${status}`;
  }
}

/** The provider's own word for what went wrong, where it is a word and not a text or, of all things, the key. */
function shortCode(error: APIError, { key }: CallFacts): string | undefined {
  return [error.code, error.type].find(
    (code): code is string =>
      typeof code === 'string' && /^[a-z0-9_.-]{1,60}$/i.test(code) && !(key !== undefined && code.includes(key)),
  );
}

function timeout({ provider, model, timeoutMs }: CallFacts): CadenzaError {
  const waited = timeoutMs < 1000 ? `${timeoutMs} ms` : `${Math.round(timeoutMs / 100) / 10} s`;
  return new CadenzaError('ModelTimeout', `model "${model}" of provider "${provider}" did not answer within ${waited}`);
}

function unreachable(error: unknown, { provider, host }: CallFacts): CadenzaError {
  const code = systemCode(error);
  const why = code === undefined ? '' : ` (${code})`;
  return new CadenzaError('ProviderUnreachable', `the connection to provider "${provider}" at ${host} failed${why}`);
}

/** Errors while the body of a 200 is read: cut on the wire, or no JSON. */
function fromBody(error: unknown, facts: CallFacts): CadenzaError {
  // By name: under Jest, and in other realms, `instanceof` does not see Node's own errors.
  const { name } = (typeof error === 'object' && error !== null ? error : {}) as Partial<Error>;
  if (name === 'SyntaxError') return unreadable(facts.provider, 'the body is not JSON');
  if (name === 'AbortError' || systemCode(error)) return unreachable(error, facts);
  return new CadenzaError('Internal', `the call to provider "${facts.provider}" failed in an unknown way`);
}

/** For a 200 that is no answer of this protocol. `why` is a fixed text, never part of the body. */
export function unreadable(provider: string, why: string): CadenzaError {
  return new CadenzaError('ModelAnswerUnreadable', `provider "${provider}" sent no readable answer: ${why}`);
}

/** The code of the innermost network error, such as ECONNREFUSED. */
function systemCode(error: unknown): string | undefined {
  let found: string | undefined;
  for (let node = error, depth = 0; typeof node === 'object' && node !== null && depth < 5; depth += 1) {
    const { code, cause }: { code?: unknown; cause?: unknown } = node;
    if (typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code)) found = code;
    node = cause;
  }
  return found;
}
