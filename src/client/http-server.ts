import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CadenzaError } from '../contracts/failures';

const CLOSE_TIMEOUT_MS = 10_000;

/** Resolves to the address when connections are taken. @throws CadenzaError `ConfigurationInvalid` */
export async function listenOn(server: Server, port: number, host: string): Promise<string> {
  if (host.trim() === '') {
    // To the system it means every address of the machine: a variable of a shell that is not set must not come to that.
    throw new CadenzaError('ConfigurationInvalid', 'the address to listen on is empty: name one, such as 127.0.0.1', {
      field: 'host',
    });
  }
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code = 'unknown error' } = error as { code?: string };
    const why = code === 'EADDRINUSE' ? 'something else listens there' : code;
    throw new CadenzaError('ConfigurationInvalid', `can not listen on ${host}, port ${port}: ${why}`, {
      field: 'port',
    });
  }
  const { address, family, port: chosen } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${chosen}`;
}

/** Takes no more requests, and resolves when those in flight are answered, at most ten seconds later. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
  await closed;
  clearTimeout(timer);
}
