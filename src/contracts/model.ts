import type { ContentReference } from './content';
import type { JsonObject } from './json';
import type { ModelTask } from './names';

/** USD per million tokens. */
export type Price = { input: number; output: number };

/** What a model may be able to do beside text in, text out. */
export const CAPABILITIES = ['json', 'vision'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Who shares the answers that a model's cache keeps. */
export const CACHE_SHARED = ['run', 'tenant'] as const;

/** How answers of a model are kept; `sampled` also those drawn with a temperature. */
export type CacheSettings = { ttlSeconds: number; shared: (typeof CACHE_SHARED)[number]; sampled: boolean };

/** What a run keeps of a model for its whole life: never an endpoint, never a key. */
export type PinnedModel = {
  name: string;
  provider: string;
  model: string;
  price?: Price;
  contextTokens?: number;
  /** Without the list a model is taken to give JSON (the product asks for it in words) and to see no pictures. */
  capabilities?: Capability[];
  fallback?: string[];
  fallbackAfterSeconds?: number;
  cache?: CacheSettings;
};

/** The models a run can reach, as they were when it started. `withoutPrice` are left out by a budget in USD. */
export type ModelPins = {
  tasks: Partial<Record<ModelTask | 'default', string>>;
  models: Record<string, PinnedModel>;
  withoutPrice?: string[];
};

/** What a task takes. `text` is always the text to work on; the others belong to single tasks. */
export type TaskInput = {
  text: string;
  /** classification: the labels to choose from. */
  labels?: string[];
  /** translation: a language name or tag. */
  targetLanguage?: string;
  /** extraction: the entity types wanted. */
  entityTypes?: string[];
  /** summarization: how long, and what kind of document it is. */
  maxWords?: number;
  documentType?: string;
  /** generation: a system prompt. */
  system?: string;
  /** generation: what the answer has to fit, where the model can be held to it. */
  responseSchema?: ResponseSchema;
  /** generation: an answer that could not be used, and why; it is asked again. */
  rejected?: { answer: string; problem: string };
};

/** Structured output: a name and a JSON Schema; with `inWords` the model is told of it and not held to it. */
export type ResponseSchema = { name: string; schema: JsonObject; inWords?: true };

export type Entity = { type: string; text: string; start?: number; end?: number };

/** `note` says what the model could not do, where it matters (for instance a language it does not know). */
export type ClassificationResult = { prediction: string; score: number; scores: Record<string, number>; note?: string };
export type TextResult = { text: string; note?: string };
export type ExtractionResult = { entities: Entity[]; note?: string };
export type EmbeddingResult = { dimensions: number; embedding: number[] | ContentReference };

/** A task's typed result: what lets a rule-based classifier, a local model and GPT vote in one ensemble. */
export type TaskResults = {
  classification: ClassificationResult;
  sentiment: ClassificationResult;
  summarization: TextResult;
  translation: TextResult;
  generation: TextResult;
  extraction: ExtractionResult;
  embedding: EmbeddingResult;
};

/** Settings of one call; what is left out has the registry's or the product's default. */
export type CallSettings = {
  temperature?: number;
  maxOutputTokens?: number;
  seed?: number;
  timeoutMs?: number;
};

export const FINISH_REASONS = ['stop', 'length', 'refusal', 'other'] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

/** One message of a chat request. */
export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string };

/** One request to a chat model: exactly what is sent, and so what the journal's key is made from. */
export type CompletionRequest = {
  kind: 'chat';
  messages: ChatMessage[];
  temperature: number;
  maxOutputTokens: number;
  seed?: number;
  /** Answers that one request asks for, where that is more than one. */
  samples?: number;
  responseSchema?: ResponseSchema;
};

/** One request to an embedding model. */
export type EmbeddingRequest = { kind: 'embedding'; text: string };

export type ProviderRequest = CompletionRequest | EmbeddingRequest;

/** Tokens of one answer; `estimated` where the provider sent no count. */
export type TokenCounts = { inputTokens: number; outputTokens: number; estimated?: boolean };

/** One of several answers to the same prompt. */
export type SampledText = { text: string; finishReason: FinishReason };

/** What a provider says of an answer besides, for traces: its id, the model that gave it, and parts of the tokens. */
export type ResponseFacts = { id?: string; model?: string; cachedTokens?: number; reasoningTokens?: number };

/** `more` are the other samples, where the request asked for several. */
export type CompletionAnswer = SampledText & {
  kind: 'chat';
  tokens: TokenCounts;
  more?: SampledText[];
  response?: ResponseFacts;
};
export type EmbeddingAnswer = { kind: 'embedding'; embedding: number[]; tokens: TokenCounts; response?: ResponseFacts };
export type ProviderAnswer = CompletionAnswer | EmbeddingAnswer;
