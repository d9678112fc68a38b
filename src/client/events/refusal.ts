import { isCadenzaError } from '../../contracts/failures';
import type { CadenzaError } from '../../contracts/failures';
import { isServerTrouble } from '../server-trouble';

/** What the body of an answer calls the refusal. */
export type RefusalType =
  | CadenzaError['type']
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'EventTooLarge'
  | 'PayloadsTooLarge'
  | 'UnsupportedMediaType'
  | 'TooManyHeaders';

/** Ends a request with a status other than 202. The message goes to the sender, never to a log. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: RefusalType,
    message: string,
    readonly options: { field?: string | undefined; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** A malformed event: 400, naming the field. */
export function malformed(message: string, field?: string): Refusal {
  return new Refusal(400, 'InvalidInput', message, { field });
}

/** What can not be taken now, and may be sent again. */
export function tryAgainLater(message: string, type: RefusalType = 'ServerUnavailable'): Refusal {
  return new Refusal(503, type, message, { headers: { 'retry-after': '5' } });
}

/** Any error as the answer to a request; of what is not known only that it happened. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isServerTrouble(error)) return tryAgainLater('The Temporal server does not answer: send the events again.');
  if (!isCadenzaError(error)) return new Refusal(500, 'Internal', 'A defect in Cadenza: the events were not taken.');
  const { type, message, field } = error;
  if (type === 'ServerUnavailable' || type === 'StoreUnavailable') return tryAgainLater(message, type);
  if (type === 'RunNotFound') return new Refusal(404, type, message, { field });
  return new Refusal(type === 'Internal' || error.retryable ? 500 : 422, type, message, { field });
}
