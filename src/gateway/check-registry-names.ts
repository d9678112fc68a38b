import { CadenzaError } from '../contracts/failures';
import { shown, suggestion } from '../contracts/nearest-name';
import type { ModelConfig, RegistryConfig } from '../contracts/registry.schema';

/** Providers that need no line of their own. `builtin` can not have one; a line for `local` replaces the demo model. */
export const PROVIDERS_WITHOUT_LINE = ['builtin', 'local'] as const;

/**
 * Guarantees that every name in the registry leads somewhere: providers, fallbacks, tasks.
 * @throws CadenzaError `ConfigurationInvalid` naming the field and the name, and listing the known ones
 */
export function checkRegistryNames(config: RegistryConfig, source: string): void {
  for (const [name, provider] of Object.entries(config.providers)) {
    if (name === 'builtin') fail(source, 'providers.builtin', 'this name stands for the models that ship');
    checkBaseUrl(provider.baseUrl, source, `providers.${shown(name)}.baseUrl`);
  }
  for (const [name, model] of Object.entries(config.models)) checkModel(name, model, config, source);
  for (const [task, model] of Object.entries(config.tasks)) checkModelName(model, config, source, `tasks.${task}`);
}

function checkModel(name: string, model: ModelConfig, config: RegistryConfig, source: string): void {
  const providers = [...new Set([...Object.keys(config.providers), ...PROVIDERS_WITHOUT_LINE])];
  if (!providers.includes(model.provider)) {
    const problem = `unknown provider "${shown(model.provider)}"${suggestion(model.provider, providers)}`;
    fail(source, `models.${name}.provider`, problem);
  }
  model.fallback?.forEach((fallback, index) => {
    const field = `models.${name}.fallback[${index}]`;
    if (fallback === name) fail(source, field, `"${name}" can not fall back to itself`);
    checkModelName(fallback, config, source, field);
  });
}

function checkModelName(name: string, config: RegistryConfig, source: string, field: string): void {
  if (Object.hasOwn(config.models, name)) return;
  fail(source, field, `unknown model "${shown(name)}"${suggestion(name, Object.keys(config.models))}`);
}

function checkBaseUrl(baseUrl: string, source: string, field: string): void {
  const { username, password } = new URL(baseUrl);
  if (username !== '' || password !== '') {
    fail(source, field, 'must not hold a user name or password; name the variable with the key in apiKeyEnv');
  }
}

function fail(source: string, field: string, problem: string): never {
  throw new CadenzaError('ConfigurationInvalid', `${source}: ${field}: ${problem}`, { field });
}
