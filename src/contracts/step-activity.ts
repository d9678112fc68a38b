import type { ContentPath, ContentReference } from './content';
import type { JsonObject, JsonValue } from './json';
import type { ModelPins } from './model';
import type { Definition, PipelineInput, Step } from './pipeline.schema';
import type { CallUsage } from './usage';

/** The run that an activity works for: what its journal keys and its content scope are made from. */
export type RunIdentity = { workflowId: string; firstRunId: string; tenant: string };

/** The one argument of every handler's activity. Large values travel as references, resolved in the activity. */
export type StepInvocation = {
  run: RunIdentity;
  step: string;
  inputs: { [parameter: string]: JsonValue | ContentPath };
  config: JsonObject;
  pins: StoredPins;
};

/** The run's models: in place where they are few, else in the content store. */
export type StoredPins = ModelPins | ContentReference;

/** What a handler's activity returns: small, with what is large in the content store. */
export type StepOutcome = {
  output: JsonValue;
  usage: CallUsage;
  /** Models that answered, in the order they were first asked. */
  models: string[];
  attempts: number;
};

/** First detail of the failure of a handler's activity: what was paid before it failed. */
export type StepFailureDetail = { usage: CallUsage; models: string[]; attempts: number; field?: string };

/** What a run of a pipeline is made of, by value: nothing that changes later can change it. */
export type PipelinePlan = {
  steps: Step[];
  output?: Definition['output'];
  definition?: { name: string; version: string };
  failFast: boolean;
  maxParallel: number;
  /** Small: what was large is in the content store. */
  input: PipelineInput['input'];
  tenant: string;
  pins: StoredPins;
};

/** The activities that are not handlers. */
export type SystemActivities = {
  /** Checks the input as the client did and resolves all that names something. */
  preparePipeline(input: unknown): Promise<PipelinePlan>;
  /** What a step has used, for where its activity ended without saying so (a lost Worker, a timeout). */
  readUsage(run: RunIdentity, step: string): Promise<CallUsage>;
};
