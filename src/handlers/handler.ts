import type { ContentReference } from '../contracts/content';
import type { JsonObject, JsonValue } from '../contracts/json';
import type { CallSettings, TaskInput, TaskResults } from '../contracts/model';
import type { ModelTask } from '../contracts/names';

/** What a handler is given beside its inputs. Everything that could be paid goes through `models`. */
export type HandlerContext = {
  /** Aborted when the run is cancelled, the attempt timed out or the Worker shuts down. */
  signal: AbortSignal;
  workflowId: string;
  /** Name of the step. */
  step: string;
  /** 1 for the first attempt. */
  attempt: number;
  /** Bytes of stored content, within the run's own scope. @throws CadenzaError `ContentMissing` */
  read(reference: ContentReference): Promise<Uint8Array>;
  /**
   * Asks a model, behind the journal and the ledger. Without `model` the task's model of the registry answers.
   * The same question in a later attempt of the step is answered from the journal.
   */
  ask<T extends ModelTask>(
    task: T,
    input: TaskInput,
    options?: { model?: string; settings?: CallSettings },
  ): Promise<{ model: string; result: TaskResults[T] }>;
  /**
   * UTF-8 bytes of text that a model can take beside its instructions and answer; the same choice of model as `ask`.
   * What is longer is refused as `InputTooLarge`.
   */
  roomFor(task: ModelTask, model?: string): Promise<number>;
  log(message: string, fields?: JsonObject): void;
};

/**
 * A step's work: `inputs` with references already loaded (documents stay references), `config` as the definition has it.
 * Returns JSON; what is large is moved to the content store by the caller.
 * An error that is not a CadenzaError is reported as `HandlerFailed` and retried.
 */
export type Handler = (
  inputs: JsonObject,
  config: JsonObject,
  context: HandlerContext,
) => Promise<JsonValue> | JsonValue;

/** A handler with parameters as narrow as its author states them; what a definition gives it is the author's promise. */
export type TypedHandler = (inputs: never, config: never, context: HandlerContext) => unknown;

/** Handlers by the name that definitions use. */
export type Handlers = Readonly<Record<string, Handler>>;
