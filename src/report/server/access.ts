import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { bearerOf, isSameSecret } from '../../client/same-secret';

/** Whether a request may be answered: `entry` where it brings the token in its address, to be given a cookie for it. */
export type Access = 'granted' | 'entry' | 'unknown' | 'foreign';

export type AccessRules = {
  token: string;
  /** The names by which the server may be called, as `host:port`; undefined: whatever leads to it. */
  hosts: readonly string[] | undefined;
  /** The name of the cookie: cookies know no ports, so two servers of one machine must not share one. */
  cookie: string;
};

/**
 * Where the pages are, by the token and without telling it. Cookies know no ports: what another program serves on this
 * machine, to the same browser, gets every cookie of the machine but those of a path that it does not know.
 */
export function placeOf(token: string): string {
  return `/${createHash('sha256').update(`place of the pages: ${token}`).digest('base64url').slice(0, 22)}`;
}

/**
 * Looks at who asks before anything else is done. A page of another origin, or a name that was turned to this machine
 * (DNS rebinding), is foreign whatever it knows.
 */
export function accessOf(request: IncomingMessage, url: URL, { token, hosts, cookie }: AccessRules): Access {
  const { headers } = request;
  if (hosts && !hosts.includes(headers.host?.toLowerCase() ?? '')) return 'foreign';
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return 'foreign';
  const site = headers['sec-fetch-site'];
  // To a browser another port is of the same site, and another program.
  const isLoad = (site === 'cross-site' || site === 'same-site') && headers['sec-fetch-mode'] !== 'navigate';
  if (isLoad) return 'foreign';
  const given = [bearerOf(headers.authorization), cookieOf(headers.cookie, cookie)];
  // All are compared, so that the time does not tell which of them came close.
  const matches = given.map((text) => isSameSecret(text ?? '', token) && text !== undefined);
  if (matches.includes(true)) return 'granted';
  return isSameSecret(url.searchParams.get('token') ?? '', token) ? 'entry' : 'unknown';
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([given]) => given === name)?.[1];
}
