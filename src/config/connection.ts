import { existsSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { CadenzaError } from '../contracts/failures';
import { shown } from '../contracts/nearest-name';
import type { Environment } from './environment';

/** Which Temporal server commands and Workers talk to. `connectionOptions` can hold keys: never print them. */
export type ConnectionConfig =
  | { kind: 'cluster'; connectionOptions: ClientConnectConfig['connectionOptions']; namespace: string }
  | { kind: 'embedded' };

/**
 * A cluster where `TEMPORAL_ADDRESS` or a Temporal profile names one, else the embedded server.
 * Throws `ConfigurationInvalid` for a profile that can not be read, an address that is none, and for settings that
 * only a cluster can have (a key, a namespace) without an address: the run would go somewhere else than was meant.
 */
export function connectionConfig(environment: Pick<Environment, 'temporal'>): ConnectionConfig {
  const variables = environment.temporal;
  const { connectionOptions, namespace } = loadProfile(variables);
  if (!connectionOptions.address && !variables.TEMPORAL_PROFILE) {
    const stray = Object.keys(variables).find((name) => isForClusterOnly(name, variables[name]));
    if (!stray) return { kind: 'embedded' };
    throw new CadenzaError(
      'ConfigurationInvalid',
      `${stray} is set, but no TEMPORAL_ADDRESS: set TEMPORAL_ADDRESS=host:port to use that cluster, or unset ${stray} to use the embedded server.`,
      { field: 'TEMPORAL_ADDRESS' },
    );
  }
  const address = connectionOptions.address || 'localhost:7233';
  if (!isAddress(address)) {
    throw new CadenzaError(
      'ConfigurationInvalid',
      `The Temporal address ${JSON.stringify(address)} (TEMPORAL_ADDRESS or the address of the profile) is not of the form host:port, such as 127.0.0.1:7233.`,
      { field: 'TEMPORAL_ADDRESS' },
    );
  }
  return {
    kind: 'cluster',
    connectionOptions: { ...connectionOptions, address },
    namespace: namespace || 'default',
  };
}

/** What names the cluster, and what to do so that it is not named: for a person who wants the embedded server. */
export function clusterNamedBy({ temporal }: Pick<Environment, 'temporal'>): { says: string; undo: string } {
  const set = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE'].find((name) => temporal[name]);
  if (set) return { says: `${set} is "${shown(temporal[set] ?? '')}"`, undo: `\`unset ${set}\`` };
  return {
    says: "the Temporal command line's default profile has an address",
    undo: '`export TEMPORAL_CONFIG_FILE=/dev/null`',
  };
}

function loadProfile(variables: Environment['temporal']): ClientConnectConfig {
  const file = variables.TEMPORAL_CONFIG_FILE;
  if (file && !existsSync(file)) {
    throw new CadenzaError('ConfigurationInvalid', `TEMPORAL_CONFIG_FILE is "${file}": there is no such file.`, {
      field: 'TEMPORAL_CONFIG_FILE',
    });
  }
  try {
    return loadClientConnectConfig({ overrideEnvVars: { ...variables } });
  } catch (error) {
    // SDK 1.23.0: a file without any profile ends in a TypeError; it says no more than no file would.
    const noProfiles = error instanceof TypeError && error.message.startsWith('Cannot read properties of undefined');
    if (noProfiles && !variables.TEMPORAL_PROFILE) {
      return loadClientConnectConfig({ overrideEnvVars: { ...variables }, disableFile: true });
    }
    // A TOML error goes on with the lines around the fault, and those can hold a key.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    const why = noProfiles ? `Profile '${variables.TEMPORAL_PROFILE}' not found` : reason;
    throw new CadenzaError('ConfigurationInvalid', `The Temporal profile can not be read: ${why}.`);
  }
}

function isForClusterOnly(name: string, value: string | undefined): boolean {
  if (name === 'TEMPORAL_NAMESPACE') return value !== 'default';
  return name === 'TEMPORAL_API_KEY' || name.startsWith('TEMPORAL_TLS');
}

function isAddress(text: string): boolean {
  return /^(?:[^\s/:]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/.test(text);
}
