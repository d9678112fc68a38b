import { CadenzaError } from '../contracts/failures';
import { variable } from './environment';
import type { FoundModels } from './found-models';
import { OPENAI_KEY, OPENAI_MODELS, OPENAI_URL, oneModel } from './found-models';
import { listModelIds } from './list-model-ids';
import type { Registry, RegistrySource } from './registry';
import { checkRegistry, isRegistryGiven, loadRegistry } from './registry';

/** Asks an endpoint for the ids of its models. @throws where it can not be reached in time */
export type Probe = (baseUrl: string, options: { timeoutMs: number; key?: string }) => Promise<string[]>;

/** A registry, and a sentence for the person on which models answer and why. */
export type ResolvedRegistry = { registry: Registry; found: string };

const OLLAMA_URL = 'http://127.0.0.1:11434/v1';
const REASONS: Readonly<Record<string, string>> = { ECONNREFUSED: 'connection refused', ENOTFOUND: 'host not found' };
const OLLAMA_TIMEOUT_MS = 300;
const ENDPOINT_TIMEOUT_MS = 5_000;

/** What Ollama gives a model unless OLLAMA_CONTEXT_LENGTH says otherwise; it cuts longer prompts without a word. */
const OLLAMA_CONTEXT_TOKENS = 4_096;

/**
 * The registry of a worker. One that was given counts; else OPENAI_BASE_URL (with OPENAI_MODEL or its first model),
 * OPENAI_API_KEY, or a running Ollama is laid over the registry that ships, and takes all tasks. Sentiment goes there
 * too: the built-in model knows English only and fails on irony. The built-in models stay available by name.
 * @throws CadenzaError `ConfigurationInvalid` for a broken registry, or an OPENAI_BASE_URL that can not be reached or
 * names no model
 */
export async function resolveRegistry({
  probe = listModelIds,
  ...source
}: RegistrySource & { probe?: Probe }): Promise<ResolvedRegistry> {
  const registry = loadRegistry(source);
  if (isRegistryGiven(source)) return { registry, found: `Models come from ${registry.source}.` };
  const { environment } = source;
  const baseUrl = variable(environment, 'OPENAI_BASE_URL');
  const key = variable(environment, 'OPENAI_API_KEY');
  const model = variable(environment, 'OPENAI_MODEL');

  if (baseUrl !== undefined && !isOpenAi(baseUrl)) {
    checkUrl(baseUrl);
    const chosen = model ?? (await firstModel(baseUrl, key, probe));
    return overlay(
      registry,
      'OPENAI_BASE_URL',
      oneModel('endpoint', baseUrl, chosen, key === undefined ? {} : OPENAI_KEY),
      [`OPENAI_BASE_URL is set: model ${chosen} there answers all tasks.`],
    );
  }
  if (key !== undefined) {
    return model === undefined
      ? overlay(registry, 'OPENAI_API_KEY', OPENAI_MODELS, [
          'OPENAI_API_KEY is set: gpt-4.1-mini answers classification, sentiment and summarization,',
          'gpt-4.1 all other tasks (text-embedding-3-small: embedding).',
        ])
      : overlay(registry, 'OPENAI_API_KEY', oneModel('openai', OPENAI_URL, model, OPENAI_KEY), [
          `OPENAI_API_KEY and OPENAI_MODEL are set: ${model} answers all tasks.`,
        ]);
  }
  const ollama = await firstChatModel(probe);
  if (ollama !== undefined) {
    const contextTokens = Number(variable(environment, 'OLLAMA_CONTEXT_LENGTH')) || OLLAMA_CONTEXT_TOKENS;
    const extra = { price: { input: 0, output: 0 }, contextTokens };
    return overlay(registry, 'Ollama', oneModel('ollama', OLLAMA_URL, ollama, {}, extra), [
      `Ollama is running: its model ${ollama} answers all tasks`,
      `(context: ${contextTokens} tokens; OLLAMA_CONTEXT_LENGTH says otherwise).`,
    ]);
  }
  return {
    registry,
    found: 'No key and no endpoint found: the built-in models answer, and the local demo model where they can not.',
  };
}

function overlay(shipped: Registry, source: string, found: FoundModels, sentence: string[]): ResolvedRegistry {
  const { providers, models } = shipped.config;
  const value = {
    providers: { ...providers, ...found.providers },
    models: { ...models, ...found.models },
    tasks: found.tasks,
  };
  return { registry: checkRegistry(value, source), found: sentence.join(' ') };
}

function checkUrl(baseUrl: string): void {
  if (URL.canParse(baseUrl) && /^https?:$/.test(new URL(baseUrl).protocol)) return;
  throw new CadenzaError('ConfigurationInvalid', 'OPENAI_BASE_URL is not an http(s) URL');
}

function isOpenAi(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && new URL(baseUrl).hostname === 'api.openai.com';
}

async function firstModel(baseUrl: string, key: string | undefined, probe: Probe): Promise<string> {
  const options = { timeoutMs: ENDPOINT_TIMEOUT_MS, ...(key !== undefined && { key }) };
  let failed = '';
  const ids = await probe(baseUrl, options).catch((error: unknown) => {
    const reason = whyUnreachable(error);
    if (reason !== undefined) throw unreachable(baseUrl, reason);
    failed = error instanceof Error && !(error instanceof SyntaxError) ? ` (${error.message})` : '';
    return [];
  });
  const first = chatModel(ids);
  if (first !== undefined) return first;
  throw new CadenzaError(
    'ConfigurationInvalid',
    `OPENAI_BASE_URL is set, but its GET /models names no model${failed}: set OPENAI_MODEL`,
  );
}

/** The address without what may be a secret in it. */
function unreachable(baseUrl: string, reason: string): CadenzaError {
  const { origin, pathname } = new URL(baseUrl);
  return new CadenzaError(
    'ConfigurationInvalid',
    `OPENAI_BASE_URL is set, but ${origin}${pathname} can not be reached (${reason}): start that endpoint, correct OPENAI_BASE_URL, or unset it`,
  );
}

/** Undefined where the endpoint answered. The error's own message is not shown: it may quote the address or the key. */
function whyUnreachable(error: unknown): string | undefined {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return `no answer within ${ENDPOINT_TIMEOUT_MS / 1000} s`;
  if (!(error instanceof TypeError)) return undefined;
  if (cause?.code !== undefined) return REASONS[cause.code] ?? cause.code;
  return cause?.message ?? 'no connection';
}

async function firstChatModel(probe: Probe): Promise<string | undefined> {
  return chatModel(await probe(OLLAMA_URL, { timeoutMs: OLLAMA_TIMEOUT_MS }).catch(() => []));
}

function chatModel(ids: string[]): string | undefined {
  return ids.find((id) => !/embed/i.test(id));
}
