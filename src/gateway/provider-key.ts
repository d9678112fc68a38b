import { CadenzaError } from '../contracts/failures';
import type { OpenAiProviderConfig } from '../contracts/registry.schema';
import type { Environment } from './environment';
import { shownVariable, variable } from './environment';

/**
 * The key for a provider, read now; undefined where the provider takes none.
 * @throws CadenzaError `KeyMissing` naming provider and variable; `ConfigurationInvalid` for a key no header can carry
 */
export function providerKey(
  provider: string,
  config: Pick<OpenAiProviderConfig, 'apiKeyEnv'>,
  environment: Environment,
): string | undefined {
  if (config.apiKeyEnv === undefined) return undefined;
  const key = variable(environment, config.apiKeyEnv);
  const name = shownVariable(config.apiKeyEnv);
  if (key === undefined) {
    throw new CadenzaError('KeyMissing', `provider "${provider}" needs a key in ${name}, which is not set`);
  }
  // Fetch would refuse such a header with an error that quotes it.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new CadenzaError(
      'ConfigurationInvalid',
      `the key for provider "${provider}" in ${name} holds a space or a character outside ASCII`,
    );
  }
  return key;
}
