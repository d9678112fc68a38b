import { pathToFileURL } from 'node:url';
import { boundedSchema } from './bounded-schema';
import type { ChatRequest } from './chat-request';
import type { Completion, EngineModule, Grammar, Llama, Model, Sequence, Token } from './engine-api';
import { LOCAL_MODEL } from './local-model-pins';
import type { LocalModelPaths } from './local-model-paths';

/** A request whose prompt has been counted and whose schema has a grammar. */
export type PreparedPrompt = { promptTokens: number; maxTokens: number };

export type Generated = { text: string; outputTokens: number; finishReason: 'stop' | 'length' };

export type EngineRefusal = { refusal: 'too-long' | 'schema'; message: string };

/** What the server needs of a model. It does one generation at a time; the caller queues. */
export type TextEngine = {
  /** Counts the prompt and reads the schema; refuses what can not be done before anything waits for its turn. */
  prepare(request: ChatRequest): Promise<EnginePlan | EngineRefusal>;
};

export type EnginePlan = PreparedPrompt & {
  /** Rejects with the signal's reason within about a tenth of a second of an abort. */
  generate(signal: AbortSignal, onText: (piece: string) => void): Promise<Generated>;
};

/** Prompt tokens evaluated between two looks at the abort signal: about a tenth of a second of work. */
const PROMPT_CHUNK = 16;
const DEFAULT_MAX_TOKENS = 1024;
/** Text of more characters than this for each token of context is not even counted. */
const MOST_CHARACTERS_PER_TOKEN = 64;

/** Loads the engine and the weights: about a second, and under 400 MB of memory. */
export async function loadTextEngine(paths: LocalModelPaths): Promise<TextEngine> {
  const engine = (await import(pathToFileURL(paths.engineEntry).href)) as EngineModule;
  // Without these settings the engine may start to download or compile.
  const llama = await engine.getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: 'error',
  });
  const model = await llama.loadModel({ modelPath: paths.weights });
  // More threads than one made it slower on two cores, and would take them from the worker.
  const context = await model.createContext({
    contextSize: LOCAL_MODEL.contextTokens,
    sequences: 1,
    threads: 1,
    batchSize: 512,
  });
  const sequence = context.getSequence();
  const completion = new engine.LlamaCompletion({ contextSequence: sequence });
  const generate = createGenerator(sequence, completion);

  return {
    async prepare(request) {
      const tooLong = (message: string): EngineRefusal => ({ refusal: 'too-long', message });
      const characters = request.messages.reduce((sum, message) => sum + message.text.length, 0);
      const limit = `This model's context is ${LOCAL_MODEL.contextTokens} tokens`;
      if (characters > LOCAL_MODEL.contextTokens * MOST_CHARACTERS_PER_TOKEN) {
        return tooLong(`${limit}; the messages have ${characters} characters.`);
      }
      const prompt = promptTokens(model, request.messages);
      const room = LOCAL_MODEL.contextTokens - prompt.length;
      const maxTokens = request.maxTokens ?? Math.min(room, DEFAULT_MAX_TOKENS);
      if (maxTokens > room || room < 1) {
        return tooLong(
          `${limit}; ${prompt.length} in the messages and ${Math.max(maxTokens, 1)} for the answer do not fit.`,
        );
      }
      const grammar = await grammarFor(llama, request.schema);
      if (typeof grammar === 'string') return { refusal: 'schema', message: grammar };
      return {
        promptTokens: prompt.length,
        maxTokens,
        generate: (signal, onText) => generate({ prompt, maxTokens, request, grammar, signal, onText }),
      };
    },
  };
}

type Generation = {
  prompt: Token[];
  maxTokens: number;
  request: ChatRequest;
  grammar: Grammar | undefined;
  signal: AbortSignal;
  onText: (piece: string) => void;
};

function createGenerator(sequence: Sequence, completion: Completion) {
  let reusable = 0;
  return async ({ prompt, maxTokens, request, grammar, signal, onText }: Generation): Promise<Generated> => {
    const wholeChunks = Math.floor((prompt.length - 1) / PROMPT_CHUNK) * PROMPT_CHUNK;
    const shared = Math.min(sequence.compareContextTokens(prompt).firstDifferentIndex, reusable, wholeChunks);
    // Cut to whole chunks: the same prompt is then always evaluated in the same pieces, and a seed gives the same answer.
    let at = Math.floor(shared / PROMPT_CHUNK) * PROMPT_CHUNK;
    if (at < sequence.nextTokenIndex) {
      await sequence.eraseContextTokenRanges([{ start: at, end: sequence.nextTokenIndex }]);
    }
    // The engine looks at the signal only after the whole prompt, which can take half a minute.
    for (; at < wholeChunks; at += PROMPT_CHUNK) {
      signal.throwIfAborted();
      await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(at, at + PROMPT_CHUNK));
      reusable = at + PROMPT_CHUNK;
    }
    reusable = wholeChunks;
    let outputTokens = 0;
    const { response, metadata } = await completion.generateCompletionWithMeta(prompt, {
      maxTokens,
      temperature: request.temperature,
      topP: request.topP,
      seed: (request.seed ?? Math.floor(Math.random() * 2 ** 32)) >>> 0,
      // A penalty for repeating would fall on the quotes and braces of JSON.
      ...(grammar && { grammar, repeatPenalty: false as const }),
      ...(request.stop.length > 0 && { customStopTriggers: request.stop }),
      disableContextShift: true,
      signal,
      onTextChunk: onText,
      onToken: (tokens) => (outputTokens += tokens.length),
    });
    return { text: response, outputTokens, finishReason: metadata.stopReason === 'maxTokens' ? 'length' : 'stop' };
  };
}

/**
 * ChatML, the format the model was trained on. Written out here because the engine's own adds a second start marker,
 * and so that markers inside a message stay text.
 */
function promptTokens(model: Model, messages: ChatRequest['messages']): Token[] {
  const turns = messages.flatMap(({ role, text }) => [
    ...model.tokenize(`<|im_start|>${role}\n`, true),
    ...model.tokenize(text, false),
    ...model.tokenize('<|im_end|>\n', true),
  ]);
  return [...turns, ...model.tokenize('<|im_start|>assistant\n', true)];
}

async function grammarFor(llama: Llama, schema: ChatRequest['schema']): Promise<Grammar | string | undefined> {
  if (!schema) return undefined;
  try {
    return await llama.createGrammarForJsonSchema(boundedSchema(schema));
  } catch (error) {
    return (error as Error).message;
  }
}
