import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CadenzaError } from '../contracts/failures';

/** What is well, by name: `ok`, or a few words on what is not. */
export type HealthReport = Record<string, string>;

export type HealthEndpoint = { port: number; close(): Promise<void> };

/**
 * `GET /livez`: the process answers. `GET /readyz`: all that the report names is ok, else 503. Both as JSON, for probes;
 * nothing else is there.
 * @throws CadenzaError `ConfigurationInvalid` where the port is taken
 */
export async function startHealthEndpoint(
  { host, port }: { host: string; port: number },
  report: () => Promise<HealthReport>,
): Promise<HealthEndpoint> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(body)}\n`);
    };
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, { status: 'method not allowed' });
    if (path === '/livez') return answer(200, { status: 'ok' });
    if (path !== '/readyz') return answer(404, { status: 'there are /livez and /readyz' });
    report().then(
      (checks) => {
        const ready = Object.values(checks).every((state) => state === 'ok');
        answer(ready ? 200 : 503, { status: ready ? 'ok' : 'not ready', checks });
      },
      () => answer(503, { status: 'not ready' }),
    );
  });
  // Whoever connects and says nothing is not waited for.
  server.headersTimeout = 5_000;
  server.requestTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new CadenzaError('ConfigurationInvalid', `health can not be served at ${host}:${port} (${error.code ?? ''})`, {
          field: 'CADENZA_HEALTH_PORT',
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
