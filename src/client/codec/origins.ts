import type { IncomingMessage } from 'node:http';
import { Refusal } from '../events/refusal';

/** What a page of an allowed origin is told, so that its browser lets it read the answer. */
export type CorsHeaders = Readonly<Record<string, string>>;

/** The pages that may use a codec, by where they come from. */
export type Origins = {
  /** Nothing for a request that comes from no page. @throws Refusal 403 for a page of another origin or host */
  check(request: IncomingMessage): CorsHeaders;
  /** The headers of the answer to a browser that asks before it sends. */
  preflight(request: IncomingMessage, cors: CorsHeaders): CorsHeaders;
};

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/** `isLocal`: only requests to a name of this machine are taken, whatever name leads to its address. */
export function createOrigins(allowed: readonly string[], isLocal: boolean): Origins {
  return {
    check({ headers }) {
      if (isLocal && !LOOPBACK_HOST.test(headers.host ?? '')) {
        throw new Refusal(403, 'Forbidden', 'Only requests to 127.0.0.1, localhost or [::1] are answered here.');
      }
      const { origin } = headers;
      if (origin === undefined) return {};
      if (!allowed.includes(origin)) {
        throw new Refusal(
          403,
          'Forbidden',
          'Pages of this origin may not use it: `cadenza codec --origin` allows one.',
        );
      }
      return { 'access-control-allow-origin': origin, vary: 'Origin' };
    },
    preflight({ headers }, cors) {
      const isPrivate = headers['access-control-request-private-network'] === 'true';
      return {
        ...cors,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type, x-namespace',
        'access-control-max-age': '600',
        ...(isPrivate ? { 'access-control-allow-private-network': 'true' } : {}),
      };
    },
  };
}
