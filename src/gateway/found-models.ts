import type { RegistryConfig } from '../contracts/registry.schema';

export const OPENAI_URL = 'https://api.openai.com/v1';

/** What a found endpoint adds to the registry that ships; its `tasks` replace that one's. */
export type FoundModels = Pick<RegistryConfig, 'models' | 'tasks'> & { providers: Record<string, object> };

/** How OpenAI's own variables name the key. */
export const OPENAI_KEY = { apiKeyEnv: 'OPENAI_API_KEY' };

/** What answers with OPENAI_API_KEY alone. Prices in USD per million tokens. */
export const OPENAI_MODELS: FoundModels = {
  providers: { openai: { type: 'openai', baseUrl: OPENAI_URL, ...OPENAI_KEY } },
  models: {
    gpt4: { provider: 'openai', model: 'gpt-4.1', price: { input: 2, output: 8 }, contextTokens: 1_000_000 },
    gpt35_turbo: {
      provider: 'openai',
      model: 'gpt-4.1-mini',
      price: { input: 0.4, output: 1.6 },
      contextTokens: 1_000_000,
    },
    ada_embedding: {
      provider: 'openai',
      model: 'text-embedding-3-small',
      price: { input: 0.02, output: 0 },
      contextTokens: 8_192,
    },
  },
  tasks: {
    classification: 'gpt35_turbo',
    sentiment: 'gpt35_turbo',
    summarization: 'gpt35_turbo',
    extraction: 'gpt4',
    generation: 'gpt4',
    translation: 'gpt4',
    embedding: 'ada_embedding',
    default: 'gpt4',
  },
};

/** One model for everything: `default` alone, so that no task keeps its line of the registry that ships. */
export function oneModel(name: string, baseUrl: string, model: string, auth: object, extra: object = {}): FoundModels {
  return {
    providers: { [name]: { type: 'openai', baseUrl, ...auth } },
    models: { [`${name}_model`]: { provider: name, model, ...extra } },
    tasks: { default: `${name}_model` },
  };
}
