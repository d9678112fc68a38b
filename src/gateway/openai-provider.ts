import type * as OpenAIFile from 'openai';
import type { ProviderAnswer, ProviderRequest } from '../contracts/model';
import type { OpenAiProviderConfig } from '../contracts/registry.schema';
import { boundedFetch } from './bounded-fetch';
import { classifyError } from './classify-error';
import type { Connections } from './connections';
import { startDeadline } from './deadline';
import type { Environment } from './environment';
import { shownVariable, variable } from './environment';
import type { SendOptions } from './gateway';
import { readChatAnswer, readEmbeddingAnswer } from './openai-answer';
import { chatBody } from './openai-request';
import { providerKey } from './provider-key';
import type { Encoding } from './tokens/encoding-of';
import { encodingOf } from './tokens/encoding-of';

/** One OpenAI-compatible endpoint. */
export type OpenAiProvider = {
  /** How many samples of one prompt a request may ask for. */
  readonly samplesPerRequest: number;
  /** How a model of it cuts texts into tokens, where that is known. */
  encodingOf(model: string): Encoding | undefined;
  /** @throws CadenzaError `KeyMissing` or `ConfigurationInvalid` before anything is reserved or sent */
  checkKey(): void;
  /**
   * Sends one HTTP request, never a second one.
   * @throws CadenzaError classified; an abort rejects with `signal.reason`. An answer that is there is returned even
   * where the signal fired meanwhile: it is paid for.
   */
  send(model: string, request: ProviderRequest, options: SendOptions): Promise<ProviderAnswer>;
};

/** One client for all calls to the endpoint. The key is read for each call and not kept. */
export function createOpenAiProvider(options: {
  name: string;
  config: OpenAiProviderConfig;
  environment: Environment;
  connections: Pick<Connections, 'fetchOptions'>;
}): OpenAiProvider {
  const { name, config, environment } = options;
  const client = createClient(options);
  const host = new URL(config.baseUrl).host;

  return {
    samplesPerRequest: config.samplesPerRequest,
    encodingOf: (model) => encodingOf(model, config.baseUrl),
    checkKey: () => void providerKey(name, config, environment),

    async send(model, request, { signal, idempotencyKey, timeoutMs }) {
      const key = providerKey(name, config, environment);
      signal.throwIfAborted();
      const timeout = shortest(timeoutMs, config.timeoutSeconds * 1000);
      const deadline = startDeadline(signal, timeout);
      const headers = {
        Authorization: key === undefined ? null : `Bearer ${key}`,
        ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
      };
      const requestOptions = { signal: deadline.signal, timeout, maxRetries: 0, headers };
      try {
        if (request.kind === 'embedding') {
          const body = { model, input: request.text, encoding_format: 'float' as const };
          return readEmbeddingAnswer(await client.embeddings.create(body, requestOptions), request, name);
        }
        const body = chatBody(model, request, config);
        return readChatAnswer(await client.chat.completions.create(body, requestOptions), request, name);
      } catch (error) {
        // Before all else: Temporal knows a cancellation only by the signal's own reason.
        signal.throwIfAborted();
        throw classifyError(error, {
          provider: name,
          model,
          host,
          timeoutMs: timeout,
          timedOut: deadline.timedOut(),
          ...(config.apiKeyEnv !== undefined && { keyVariable: shownVariable(config.apiKeyEnv) }),
          ...(key !== undefined && { key }),
        });
      } finally {
        deadline.release();
      }
    },
  };
}

function createClient({
  name,
  config,
  environment,
  connections,
}: {
  name: string;
  config: OpenAiProviderConfig;
  environment: Environment;
  connections: Pick<Connections, 'fetchOptions'>;
}): OpenAIFile.OpenAI {
  const ownAccount = new URL(config.baseUrl).hostname === 'api.openai.com';
  // A hundred and fifty files: for who asks such a model only.
  // oxlint-disable-next-line typescript/no-require-imports -- an import would load them for everybody
  const { OpenAI } = require('openai') as typeof OpenAIFile;
  return new OpenAI({
    baseURL: config.baseUrl,
    maxRetries: 0,
    fetch: boundedFetch(name, config.maxAnswerBytes),
    // A redirect would carry the text to a host that nobody has configured.
    fetchOptions: { ...connections.fetchOptions, redirect: 'manual' },
    // Left out, these would come from OPENAI_* variables and go to whatever endpoint this is.
    apiKey: 'set for each call',
    adminAPIKey: null,
    organization: (ownAccount && variable(environment, 'OPENAI_ORG_ID')) || null,
    project: (ownAccount && variable(environment, 'OPENAI_PROJECT_ID')) || null,
    // OPENAI_LOG=debug would write prompts and answers to the console.
    logLevel: 'off',
  });
}

/** The shorter time as a positive integer that a timer can hold: `openai` refuses fractions. */
function shortest(given: number | undefined, configured: number): number {
  const timeout = Math.floor(Math.min(given ?? Number.POSITIVE_INFINITY, configured, 2 ** 31 - 1));
  return Math.max(1, timeout);
}
