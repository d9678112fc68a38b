import type { JsonValue } from '../contracts/json';

/** One message to one address. */
export type WebhookMessage = {
  /** An http or https address; a user name or password in it is refused. */
  url: string;
  /** The idempotency key: the same for every attempt at one message. */
  id: string;
  /** Sent as JSON; a CloudEvent goes as one. */
  body: JsonValue;
  signal?: AbortSignal | undefined;
};

/** Tells other services by signed POST requests (Standard Webhooks). Every call is one attempt: the caller retries. */
export interface WebhookSender {
  /**
   * Resolves when the receiver has answered with a status of 2xx. Rejects with the reason of the signal where that
   * came first.
   * @throws CadenzaError `WebhookRefused`, `WebhookFailed` (with the wait that the receiver asked for)
   */
  send(message: WebhookMessage): Promise<void>;
}
