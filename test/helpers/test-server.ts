import { Client, Connection } from '@temporalio/client';

export type TestServer = { address: string; uiUrl: string; client: Client };

let opened: { server: TestServer; connection: Connection } | undefined;

/**
 * The Temporal server of this Jest run and a client that connects when it is first used. Close it with
 * `closeTestServer` in `afterAll`. Throws in a project that the setup starts no server for.
 */
export function testServer(): TestServer {
  if (opened) return opened.server;
  const address = process.env.CADENZA_TEST_TEMPORAL_ADDRESS;
  if (!address) throw new Error('No server runs: tests of the projects unit, property and replay must not need one.');
  const connection = Connection.lazy({ address });
  const server = { address, uiUrl: process.env.CADENZA_TEST_TEMPORAL_UI ?? '', client: new Client({ connection }) };
  opened = { server, connection };
  return server;
}

/** Closes the connection of `testServer`; the server itself runs until the end of the Jest run. */
export async function closeTestServer(): Promise<void> {
  await opened?.connection.close();
  opened = undefined;
}
