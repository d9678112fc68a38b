import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CadenzaError } from '../contracts/failures';
import { connectionConfig } from './connection';
import type { Environment } from './environment';

/**
 * How to reach the Temporal server: the cluster that the environment names, else the embedded server that runs in
 * CADENZA_HOME. Starts nothing. @throws CadenzaError `ServerUnavailable` when neither is there
 */
export function serverAddress(environment: Environment) {
  const config = connectionConfig(environment);
  if (config.kind === 'cluster') return { ...config.connectionOptions, namespace: config.namespace };
  return { address: embeddedAddress(environment.home), namespace: 'default' };
}

function embeddedAddress(home: string): string {
  try {
    const { address } = JSON.parse(readFileSync(path.join(home, 'server.json'), 'utf8')) as { address?: unknown };
    if (typeof address === 'string') return address;
  } catch {
    // Told below: absent and unreadable come to the same.
  }
  throw new CadenzaError(
    'ServerUnavailable',
    `no Temporal server runs in ${home}: start one with \`cadenza up\`, or set TEMPORAL_ADDRESS`,
  );
}
