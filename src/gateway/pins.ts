import type { ModelPins, PinnedModel } from '../contracts/model';
import type { ModelConfig, RegistryConfig } from '../contracts/registry.schema';

const FREE = { input: 0, output: 0 };

/** The registry as a run keeps it. Models that ship have the price 0, so that a budget in USD can hold them. */
export function pinsOf(config: RegistryConfig): ModelPins {
  const models = Object.entries(config.models).map(([name, model]) => [name, pin(name, model)] as const);
  return { tasks: withoutUndefined(config.tasks), models: Object.fromEntries(models) };
}

function pin(name: string, model: ModelConfig): PinnedModel {
  const price = model.price ?? (model.provider === 'builtin' || model.provider === 'local' ? FREE : undefined);
  return {
    name,
    provider: model.provider,
    model: model.model,
    ...(price && { price: { ...price } }),
    ...(model.contextTokens !== undefined && { contextTokens: model.contextTokens }),
    ...(model.capabilities && { capabilities: [...model.capabilities] }),
    ...(model.fallback && { fallback: [...model.fallback] }),
    ...(model.fallbackAfterSeconds !== undefined && { fallbackAfterSeconds: model.fallbackAfterSeconds }),
    ...(model.cache && { cache: { ...model.cache } }),
  };
}

function withoutUndefined(tasks: RegistryConfig['tasks']): ModelPins['tasks'] {
  return Object.fromEntries(Object.entries(tasks).filter(([, model]) => model !== undefined));
}
