import type { Environment } from './config/environment';
import { compiledFile } from './config/package-paths';
import type { ProviderObserver } from './contracts/observed-provider';
import { localModelEndpoint } from './embedded/local-model/local-model-endpoint';
import { localModelStatus } from './embedded/local-model/local-model-status';
import { createBuiltinModels } from './gateway/builtin/create-builtin-models';
import { createGateway } from './gateway/create-gateway';
import { describeRegistry } from './gateway/describe-registry';
import type { RegistryDescription } from './gateway/describe-registry';
import type { Gateway } from './gateway/gateway';
import type { Registry } from './gateway/registry';
import { resolveRegistry } from './gateway/resolve-registry';

/** The registry of this machine, and a sentence on where it comes from. */
export function findModels(environment: Environment, models?: string): Promise<{ registry: Registry; found: string }> {
  return resolveRegistry({ file: models ?? environment.models, environment: process.env });
}

/** The models of a registry, on this machine. */
export function openGateway(
  environment: Environment,
  registry: Registry,
  observer?: ProviderObserver,
): { gateway: Gateway; close: () => Promise<void> } {
  const local = localModelEndpoint({
    cacheDir: environment.cache,
    serverFile: compiledFile('embedded', 'local-model', 'server-main.js'),
  });
  const builtin = createBuiltinModels({ threadFile: compiledFile('gateway', 'builtin', 'thread.js') });
  const told = observer === undefined ? {} : { observer };
  const gateway = createGateway({ registry, environment: process.env, builtin, local, ...told });
  const close = async () => {
    await gateway.close();
    await local.close();
  };
  return { gateway, close };
}

/** What each model of this machine is for and whether it could be used now. Asks no provider for an answer. */
export async function describeModels(
  environment: Environment,
  models?: string,
): Promise<RegistryDescription & { found: string }> {
  const { registry, found } = await findModels(environment, models);
  const { installed } = await localModelStatus(environment.cache);
  return { ...describeRegistry({ registry, environment: process.env, localInstalled: installed }), found };
}
