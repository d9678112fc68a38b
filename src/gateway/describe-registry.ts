import type { Price } from '../contracts/model';
import type { ModelTask } from '../contracts/names';
import { MODEL_TASKS } from '../contracts/names';
import type { Environment } from './environment';
import { shownVariable, variable } from './environment';
import { LOCAL_MODEL_TASKS } from './local-model-tasks';
import { pinsOf } from './pins';
import type { Registry } from './registry';

/** One model as `cadenza models` lists it; `reason` says why it is not ready. Never holds a key. */
export type ModelDescription = {
  name: string;
  provider: string;
  model: string;
  price?: Price;
  tasks: ModelTask[];
  ready: boolean;
  reason?: string;
};

export type RegistryDescription = { source: string; models: ModelDescription[]; missingTasks: ModelTask[] };

/** What the registry's models are for and whether they could be used now. Asks no provider. */
export function describeRegistry({
  registry,
  environment,
  localInstalled,
}: {
  registry: Registry;
  environment: Environment;
  /** Whether the local model is there; left out, it counts as ready. */
  localInstalled?: boolean;
}): RegistryDescription {
  const pins = pinsOf(registry.config);
  const servedBy = (task: ModelTask) => pins.tasks[task] ?? pins.tasks.default;
  const isLocal = (name: string) =>
    pins.models[name]?.provider === 'local' && !Object.hasOwn(registry.config.providers, 'local');
  const isMissing = (task: ModelTask) => {
    const name = servedBy(task);
    return name === undefined || (isLocal(name) && !LOCAL_MODEL_TASKS.includes(task));
  };
  const models = Object.values(pins.models).map(({ name, provider, model, price }): ModelDescription => {
    const reason = whyNotReady(provider, registry, environment, localInstalled);
    return {
      name,
      provider,
      model,
      ...(price && { price }),
      tasks: MODEL_TASKS.filter((task) => servedBy(task) === name && !isMissing(task)),
      ready: reason === undefined,
      ...(reason !== undefined && { reason }),
    };
  });
  return { source: registry.source, models, missingTasks: MODEL_TASKS.filter(isMissing) };
}

function whyNotReady(
  provider: string,
  registry: Registry,
  environment: Environment,
  localInstalled: boolean | undefined,
): string | undefined {
  if (provider === 'builtin') return undefined;
  const config = Object.hasOwn(registry.config.providers, provider) ? registry.config.providers[provider] : undefined;
  if (!config) return localInstalled === false ? 'not installed: run `cadenza models install local`' : undefined;
  if (config.apiKeyEnv === undefined || variable(environment, config.apiKeyEnv) !== undefined) return undefined;
  return `${shownVariable(config.apiKeyEnv)} is not set`;
}
