import type { IncomingHttpHeaders } from 'node:http';
import { SECRET_RULE, isWebhookSecret, webhookOf } from '../../config/webhook-secret';
import { CadenzaError } from '../../contracts/failures';
import { bearerOf, isSameSecret } from '../same-secret';
import type { EventMode } from './event-mode';
import { Refusal } from './refusal';

export type Credentials = {
  /** What `Authorization: Bearer` must carry. */
  token?: string | undefined;
  /** Secrets of Standard Webhooks; a signature with any of them will do. */
  secrets?: readonly string[] | undefined;
};

export type Authentication = {
  /** Before the body is read: true where the token is right, false where the signature decides. @throws Refusal 401 */
  hasToken(headers: IncomingHttpHeaders): boolean;
  /** @throws Refusal 401 for a signature that is missing, wrong, or older than five minutes */
  checkSignature(headers: IncomingHttpHeaders, mode: EventMode, body: Buffer): void;
};

const FEWEST_TOKEN_CHARACTERS = 24;

/** @throws CadenzaError `ConfigurationInvalid` where there is neither token nor secret, or one that is guessable */
export function createAuthentication({ token, secrets = [] }: Credentials): Authentication {
  if (token === undefined && secrets.length === 0) {
    throw new CadenzaError(
      'ConfigurationInvalid',
      'events are only taken from who can prove to be allowed: set CADENZA_EVENTS_TOKEN (a bearer token) or CADENZA_EVENTS_SECRET (for signed webhooks)',
      { field: 'CADENZA_EVENTS_TOKEN' },
    );
  }
  if (token !== undefined && token.length < FEWEST_TOKEN_CHARACTERS) {
    throw new CadenzaError(
      'ConfigurationInvalid',
      `the token for events must have at least ${FEWEST_TOKEN_CHARACTERS} characters`,
      { field: 'CADENZA_EVENTS_TOKEN' },
    );
  }
  if (!secrets.every(isWebhookSecret)) {
    throw new CadenzaError('ConfigurationInvalid', `a secret for events can not be used: ${SECRET_RULE}`, {
      field: 'CADENZA_EVENTS_SECRET',
    });
  }
  const webhooks = secrets.map(webhookOf);
  return {
    hasToken(headers) {
      const given = bearerOf(headers.authorization);
      if (token !== undefined && given !== undefined && isSameSecret(given, token)) return true;
      if (webhooks.length > 0 && headers['webhook-signature'] !== undefined) return false;
      throw unauthorized(
        given === undefined
          ? `The request carries ${accepted(token !== undefined, webhooks.length > 0)}.`
          : 'The bearer token is not the one that is expected here.',
      );
    },
    checkSignature(headers, mode, body) {
      // Attributes in headers are not covered by it: one signed body could be sent again as any event.
      if (mode === 'binary') {
        throw unauthorized('A signature covers the body only: send the event in structured mode, or use a token.');
      }
      const text = body.toString('utf8');
      // The library signs text: bytes that are none would all be the same to it.
      const isText = Buffer.from(text, 'utf8').equals(body);
      const isRight = (webhook: (typeof webhooks)[number]) => {
        try {
          webhook.verify(text, headers as Record<string, string>, { jsonParse: false });
          return true;
        } catch {
          return false;
        }
      };
      if (!isText || !webhooks.some(isRight)) {
        throw unauthorized('The signature is not right, or its time is more than five minutes away.');
      }
    },
  };
}

function accepted(byToken: boolean, bySignature: boolean): string {
  if (!bySignature) return 'no bearer token';
  return byToken ? 'neither a bearer token nor a signature' : 'no signature (Standard Webhooks)';
}

function unauthorized(message: string): Refusal {
  return new Refusal(401, 'Unauthorized', message, { headers: { 'www-authenticate': 'Bearer realm="events"' } });
}
