import type { DocumentReference } from './content';
import type { CallSettings, Entity, TaskInput, TaskResults } from './model';
import type { BuiltInHandler, ModelTask } from './names';

/** A setting may come as a parameter or stand in the configuration: parameters are laid over it. */
type WithSettings<Parameters, Settings, Output> = {
  inputs: Parameters & Settings;
  config: Settings;
  output: Output;
};

/** Which model is asked, and how much of the text it sees. */
type ModelSettings = { model?: string; maxCharacters?: number };

/** What `extract_text` opens: a stored document, a text, or a text in an object. */
export type ExtractTextInput = DocumentReference | string | { text: string };
export type ExtractTextResult = {
  text: string;
  pages: number;
  title: string | null;
  language: string | null;
  mediaType: string;
  note?: string;
};

/** One thing that `validate` has to say. */
export type ValidateFinding = {
  severity: 'error' | 'warning' | 'info';
  check: string;
  message: string;
  value?: string;
  type?: string;
  count?: number;
};

/** The handlers that ship with the product, by name. */
export type BuiltInHandlerTypes = {
  extract_text: {
    inputs: { document: ExtractTextInput };
    config: Record<string, never>;
    output: ExtractTextResult;
  };
  classify: WithSettings<
    { text: string },
    ModelSettings & { labels?: readonly string[] },
    { type: string; score: number; scores: Record<string, number>; note?: string }
  >;
  extract_entities: WithSettings<
    { text: string },
    ModelSettings & { entityTypes?: readonly string[] },
    { result: Entity[]; note?: string }
  >;
  generate_summary: WithSettings<
    { text: string },
    ModelSettings & { documentType?: string | null; type?: string | null; maxWords?: number },
    { text: string; note?: string }
  >;
  validate: WithSettings<
    { entities: readonly Entity[]; summary: string; text: string },
    { maxSummaryWords?: number },
    { valid: boolean; findings: ValidateFinding[] }
  >;
};

/** The fields of a task's input beside its text. */
type TaskFields = {
  classification: 'labels';
  generation: 'system';
  embedding: never;
  summarization: 'maxWords' | 'documentType';
  translation: 'targetLanguage';
  sentiment: never;
  extraction: 'entityTypes';
};

/** The model tasks as handlers: the task's input as parameters, the model and the settings of the call as `config`. */
export type TaskHandlerTypes = {
  [T in ModelTask]: {
    inputs: Pick<TaskInput, 'text' | TaskFields[T]>;
    config: { model?: string } & CallSettings;
    output: TaskResults[T];
  };
};

/** Every handler that needs no module of a person's own. */
export type KnownHandlerTypes = { [H in BuiltInHandler]: BuiltInHandlerTypes[H] } & TaskHandlerTypes;
