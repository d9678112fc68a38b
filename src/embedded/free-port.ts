import { connect, createServer } from 'node:net';
import { CadenzaError } from '../contracts/failures';

/** The only address that the embedded server listens on. */
export const LOOPBACK = '127.0.0.1';

/** True where a server could listen on that port of the loopback address at this moment. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .listen({ port, host: LOOPBACK, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** True where something takes connections on that port of the loopback address. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ port, host: LOOPBACK })
      .once('connect', () => probe.destroy() && resolve(true))
      .once('error', () => resolve(false));
  });
}

/** The first free port from `first` on, other than `except`. Throws `ServerUnavailable` where there is none. */
export async function nextFreePort(first: number, except?: number): Promise<number> {
  for (let port = first; port <= 65_535; port++) {
    if (port !== except && (await isPortFree(port))) return port;
  }
  throw new CadenzaError('ServerUnavailable', `No port from ${first} to 65535 is free on ${LOOPBACK}.`);
}

/** A port that the operating system gives out: what tests use, to keep away from a person's own servers. */
export function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
      .once('error', reject)
      .listen(0, LOOPBACK, () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
  });
}
