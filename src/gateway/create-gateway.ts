import { CadenzaError } from '../contracts/failures';
import type { PinnedModel, ProviderAnswer, ProviderRequest } from '../contracts/model';
import type { OpenAiProviderConfig } from '../contracts/registry.schema';
import { DEFAULT_BREAKER, DEFAULT_MAX_ANSWER_BYTES } from '../contracts/limits';
import { shown, suggestion } from '../contracts/nearest-name';
import { knownTask } from '../core/pick-model';
import type { BuiltinModels } from './builtin-models';
import { checkBuiltinModel } from './builtin/model-catalog';
import { PROVIDERS_WITHOUT_LINE } from './check-registry-names';
import { createConnections } from './connections';
import { checkLocalModel } from './local-model-tasks';
import type { Environment } from './environment';
import type { Gateway, ProcessOptions, ProviderLimits, Send } from './gateway';
import type { ProviderObserver } from '../contracts/observed-provider';
import { checkFits, worstCaseOf } from './measure-request';
import type { OpenAiProvider } from './openai-provider';
import { createOpenAiProvider } from './openai-provider';
import type { Passages } from './pacing/passages';
import { createPassages } from './pacing/passages';
import { pinsOf } from './pins';
import type { Registry } from './registry';
import { sampleTexts } from './sample-texts';
import { runTask } from './tasks/run-task';

/** Finds or starts the local model's OpenAI-compatible endpoint. @throws CadenzaError `ModelNotInstalled` */
export type LocalModel = { baseUrl(): Promise<string> };

export type GatewayOptions = {
  registry: Registry;
  environment: Environment;
  builtin: BuiltinModels;
  local?: LocalModel;
  /** Told of every request, pause and circuit; for metrics. */
  observer?: ProviderObserver;
};

/** A small model on a processor takes its time. */
const LOCAL_TIMEOUT_SECONDS = 600;

/**
 * The models of one worker. Endpoints and keys come from its own registry and environment, whatever a run has pinned:
 * a pinned model names a provider, and where to reach that is looked up here.
 */
export function createGateway({ registry, environment, builtin, local, observer }: GatewayOptions): Gateway {
  const connections = createConnections();
  const providers = new Map<string, OpenAiProvider>();
  const passages = createPassages(registry.config, observer);

  const providerAt = (name: string, config: OpenAiProviderConfig): OpenAiProvider => {
    const id = `${name} ${config.baseUrl}`;
    const provider = providers.get(id) ?? createOpenAiProvider({ name, config, environment, connections });
    providers.set(id, provider);
    return provider;
  };

  const providerOf = async ({ provider }: PinnedModel): Promise<OpenAiProvider> => {
    const { providers: configs } = registry.config;
    const config = Object.hasOwn(configs, provider) ? configs[provider] : undefined;
    if (config) return providerAt(provider, config);
    if (provider === 'local') return providerAt(provider, localConfig(await localBaseUrl(local)));
    throw unknownProvider(provider, [...Object.keys(configs), ...PROVIDERS_WITHOUT_LINE]);
  };

  const checkTask: Gateway['checkTask'] = ({ name, provider, model }, task) => {
    if (provider === 'builtin') checkBuiltinModel(model, task);
    else if (provider === 'local' && !Object.hasOwn(registry.config.providers, 'local')) checkLocalModel(name, task);
  };

  return {
    pins: pinsOf(registry.config),

    async process(task, input, options) {
      knownTask(task);
      const { model, signal } = options;
      signal.throwIfAborted();
      checkTask(model, task);
      if (model.provider === 'builtin') return builtin.process(model.model, task, input, signal);
      const provider = await providerOf(model);
      provider.checkKey();
      const ask = (request: ProviderRequest) => sendGuarded(asTakenBy(model, request), provider, options, passages);
      return runTask(task, input, { model: model.name, settings: options.settings ?? {}, ask });
    },

    async sample(prompt, { samples, guard, ...options }) {
      const { model, signal } = options;
      signal.throwIfAborted();
      if (model.provider === 'builtin') {
        const { text } = await builtin.process(model.model, 'generation', prompt, signal);
        // These models say the same to the same.
        return Array.from({ length: samples }, () => ({ text, finishReason: 'stop' as const }));
      }
      const provider = await providerOf(model);
      provider.checkKey();
      return sampleTexts(prompt, {
        samples,
        perRequest: provider.samplesPerRequest,
        settings: options.settings ?? {},
        ask: (request, sample) =>
          sendGuarded(request, provider, guard ? { ...options, guard: guard(sample) } : options, passages),
      });
    },

    checkTask,

    limitsOf: (provider) => limitsIn(registry, provider),
    states: () => passages.states(),

    async close() {
      await Promise.all([connections.close(), builtin.close()]);
    },
  };
}

async function sendGuarded(
  request: ProviderRequest,
  provider: OpenAiProvider,
  { model, signal, settings, guard }: ProcessOptions,
  passages: Passages,
): Promise<ProviderAnswer> {
  checkFits(request, model);
  const way = passages.open(model, signal);
  const sendWithin: Send = (sent, options) => {
    const limits = [settings?.timeoutMs, options.timeoutMs].filter((limit) => limit !== undefined);
    const within = { ...options, ...(limits.length > 0 ? { timeoutMs: Math.min(...limits) } : {}) };
    return way.send(() => provider.send(model.model, sent, within), within.timeoutMs);
  };
  try {
    return await (guard
      ? guard(request, sendWithin, worstCaseOf(request, provider.encodingOf(model.model)), way.admit)
      : sendWithin(request, { signal }));
  } finally {
    way.close();
  }
}

/** A model that is not declared to give JSON is told of a schema in words: its endpoint may refuse to hold it to one. */
function asTakenBy({ capabilities }: PinnedModel, request: ProviderRequest): ProviderRequest {
  if (request.kind !== 'chat' || !request.responseSchema || capabilities?.includes('json') !== false) return request;
  return { ...request, responseSchema: { ...request.responseSchema, inWords: true } };
}

function limitsIn({ config }: Registry, provider: string): ProviderLimits {
  const { requestsPerMinute, tokensPerMinute, maxConcurrent }: Partial<OpenAiProviderConfig> =
    (Object.hasOwn(config.providers, provider) ? config.providers[provider] : undefined) ?? {};
  return {
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
  };
}

function localBaseUrl(local: LocalModel | undefined): Promise<string> {
  if (local) return local.baseUrl();
  throw new CadenzaError(
    'ModelNotInstalled',
    'the local model is not installed on this worker: run `cadenza models install local`',
  );
}

function localConfig(baseUrl: string): OpenAiProviderConfig {
  return {
    type: 'openai',
    baseUrl,
    maxTokensField: 'max_tokens',
    structuredOutput: 'json_schema',
    samplesPerRequest: 1,
    timeoutSeconds: LOCAL_TIMEOUT_SECONDS,
    breaker: DEFAULT_BREAKER,
    maxAnswerBytes: DEFAULT_MAX_ANSWER_BYTES,
  };
}

function unknownProvider(name: string, known: string[]): CadenzaError {
  return new CadenzaError(
    'ConfigurationInvalid',
    `the registry of this worker has no provider "${shown(name)}"${suggestion(name, [...new Set(known)])}`,
  );
}
