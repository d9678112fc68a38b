import type {
  CallSettings,
  ModelPins,
  PinnedModel,
  ProviderAnswer,
  ProviderRequest,
  SampledText,
  TaskInput,
  TaskResults,
} from '../contracts/model';
import type { ModelTask } from '../contracts/names';
import type { ProviderState } from '../contracts/observed-provider';

/** What a provider is told beside the request itself. */
export type SendOptions = { signal: AbortSignal; idempotencyKey?: string; timeoutMs?: number };

/** Sends one request to the provider: one HTTP request, no retry. @throws CadenzaError classified, never with a body */
export type Send = (request: ProviderRequest, options: SendOptions) => Promise<ProviderAnswer>;

/**
 * Waits for leave to send, where a provider takes only so many requests at once. Whoever asks for it before they reserve
 * or note anything knows that the request leaves then; `send` asks for it itself where nobody has.
 * @throws CadenzaError `ProviderPaused` where the provider is not asked now, with the time after which it is
 */
export type Admit = () => Promise<void>;

/** The most a request can use, counted before it leaves. */
export type WorstCase = { inputTokens: number; outputTokens: number };

/**
 * Stands between a task and the wire, once for each request (a repair is a request of its own): the place of the
 * journal, the ledger and the idempotency key. Must call `send` at most once.
 */
export type Guard = (
  request: ProviderRequest,
  send: Send,
  worstCase: WorstCase,
  admit: Admit,
) => Promise<ProviderAnswer>;

/** What an operator lets a provider be asked: over all Workers, and in each of them. */
export type ProviderLimits = { requestsPerMinute?: number; tokensPerMinute?: number; maxConcurrent?: number };

export type ProcessOptions = {
  model: PinnedModel;
  signal: AbortSignal;
  settings?: CallSettings;
  /** Left out: requests go straight to the provider. Built-in models send none. */
  guard?: Guard;
};

/** `guard` is asked for one for each request, by the index of its first sample. */
export type SampleOptions = Omit<ProcessOptions, 'guard'> & { samples: number; guard?: (sample: number) => Guard };

/** Models by name. Knows no Temporal; usable in a plain script. */
export interface Gateway {
  /** The whole registry as a run pins it: names, provider model ids, prices. */
  readonly pins: ModelPins;
  /**
   * Does one task with one model and returns the typed result.
   * @throws CadenzaError one of the model rows of the failure table; an abort rejects with `signal.reason`.
   */
  process<T extends ModelTask>(task: T, input: TaskInput, options: ProcessOptions): Promise<TaskResults[T]>;
  /**
   * Several answers to one prompt, in the order of their index: in one request where the provider is declared to take
   * that (`samplesPerRequest`), else in requests of their own with their index as seed. Texts come as the model gave
   * them, also those that are cut, refused or empty: what counts is for the caller to say.
   * @throws CadenzaError as `process`, where any request fails
   */
  sample(prompt: Pick<TaskInput, 'text' | 'system'>, options: SampleOptions): Promise<SampledText[]>;
  /**
   * Refuses a task that a model is known not to do, before anything is asked: of the built-in and local ones that is known.
   * @throws CadenzaError `TaskNotSupported` naming what the model can do, `ModelNotFound`
   */
  checkTask(model: PinnedModel, task: ModelTask): void;
  /** What the registry of this Worker says of a provider; empty for one that it does not limit, or does not know. */
  limitsOf(provider: string): ProviderLimits;
  /** How the providers that were asked stand with this Worker now. */
  states(): ProviderState[];
  /** Ends threads and connections. */
  close(): Promise<void>;
}
