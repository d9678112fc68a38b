import { createHash } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import type { Webhook } from 'standardwebhooks';
import { webhookOf } from '../config/webhook-secret';
import { CadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import { shown } from '../contracts/nearest-name';
import { failureOfAnswer, failureOfRequest } from './delivery-failure';
import { postOnce } from './post-once';
import type { WebhookSender } from './webhook-sender';

export type WebhookSenderOptions = {
  /** `whsec_…` or plain text, as `isWebhookSecret` allows. Without one every message is refused. */
  secret?: string | undefined;
  /** Whether messages may go to private, loopback and link-local addresses. Those of cloud metadata stay refused. */
  allowPrivate?: boolean;
  /** For a whole attempt, from the look-up of the name to the status. */
  timeoutMs?: number;
  /** How names become addresses; default: as the system does. What it says is checked as well. */
  lookup?: LookupFunction;
};

const TIMEOUT_MS = 10_000;

/** A sender that opens a connection for each message, to an address checked at that moment, and follows no redirect. */
export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { secret, allowPrivate = false, timeoutMs = TIMEOUT_MS, lookup } = options;
  const webhook = secret === undefined ? undefined : webhookOf(secret);
  return {
    async send(message) {
      message.signal?.throwIfAborted();
      const url = addressOf(message.url);
      if (!webhook) {
        throw new CadenzaError(
          'WebhookRefused',
          `the webhook to ${shown(url.host)} can not be signed: set CADENZA_WEBHOOK_SECRET where the Worker runs, and start it again`,
        );
      }
      const payload = JSON.stringify(message.body);
      const headers = { ...signed(webhook, message.id, payload), 'content-type': mediaTypeOf(message.body) };
      const post = { url, headers, payload, allowPrivate, timeoutMs, lookup, signal: message.signal };
      const answer = await postOnce(post).catch((error: unknown) => {
        message.signal?.throwIfAborted();
        throw failureOfRequest(url.host, error, timeoutMs);
      });
      const failure = failureOfAnswer(url.host, answer, Date.now());
      if (failure) throw failure;
    },
  };
}

/** The path and query of a webhook's address are often its secret, so messages show the host only. */
function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new CadenzaError('WebhookRefused', 'the address of a webhook must start with http:// or https://', {
      field: 'url',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new CadenzaError(
      'WebhookRefused',
      `the address of the webhook to ${shown(url.host)} holds a user name or password: leave them out, the receiver checks the signature`,
      { field: 'url' },
    );
  }
  return url;
}

function signed(webhook: Webhook, given: string, payload: string): Record<string, string> {
  const id = headerId(given);
  const now = new Date();
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': webhook.sign(id, now, payload),
  };
}

/** What is signed is `id.timestamp.body`, so an id has no dot; and no header carries every character. */
function headerId(id: string): string {
  return /^[A-Za-z0-9_-]{1,200}$/.test(id) ? id : createHash('sha256').update(id).digest('hex');
}

function mediaTypeOf(body: JsonValue): string {
  const isEvent = typeof body === 'object' && body !== null && !Array.isArray(body) && body['specversion'] === '1.0';
  return isEvent ? 'application/cloudevents+json' : 'application/json';
}
