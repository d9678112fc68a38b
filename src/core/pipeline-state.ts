import type { FailureInfo } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import type { PipelineResult, Step, StepResult } from '../contracts/pipeline.schema';
import type { StepProgress, StepStatus } from '../contracts/run';
import type { PipelinePlan, StepOutcome } from '../contracts/step-activity';
import type { CallUsage } from '../contracts/usage';
import { isoTime } from './iso-time';
import { showCounts, showUsage, totalOf } from './usage';

/** What is known of one step. Times in milliseconds since 1970, as the workflow's clock gives them. */
export type StepState = {
  name: string;
  handler?: string;
  status: StepStatus;
  startedAt?: number;
  endedAt?: number;
  attempts: number;
  models: string[];
  usage: CallUsage;
  output?: JsonValue;
  error?: FailureInfo;
  reason?: string;
};

/** A step before anything has happened to it. */
export function pendingStep(step: Step): StepState {
  return {
    name: step.name,
    ...(step.handler === undefined ? {} : { handler: step.handler }),
    status: 'pending',
    attempts: 0,
    models: [],
    usage: { byModel: {} },
  };
}

/** The step after its activity returned. */
export function completeStep(state: StepState, outcome: StepOutcome, now: number): StepState {
  const { output, usage, models, attempts } = outcome;
  return { ...state, status: 'completed', endedAt: now, output, usage, models, attempts };
}

/** One step as the result of a pipeline has it. */
export function stepResult(state: StepState): StepResult {
  return {
    stepName: state.name,
    status: state.status,
    ...(state.output === undefined ? {} : { output: state.output }),
    durationSeconds: durationSeconds(state) ?? 0,
    attempts: state.attempts,
    ...(state.models.length ? { models: state.models } : {}),
    ...(state.error ? { error: state.error } : {}),
    ...(state.reason === undefined ? {} : { reason: state.reason }),
  };
}

/** One step as the `progress` query shows it. */
export function stepProgress(state: StepState): StepProgress {
  const { name, status, handler, models, startedAt, attempts, usage, error, reason, output } = state;
  const duration = durationSeconds(state);
  const note = noteOf(output);
  return {
    name,
    status,
    ...(handler === undefined ? {} : { handler }),
    ...(models.length ? { models } : {}),
    ...(startedAt === undefined ? {} : { startedAt: isoTime(startedAt) }),
    ...(duration === undefined ? {} : { durationSeconds: duration }),
    ...(attempts ? { attempts } : {}),
    usage: showCounts(totalOf(usage)),
    ...(error ? { error } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(note === undefined ? {} : { note }),
  };
}

/** The result of a pipeline whose steps have all ended. */
export function pipelineResult(plan: PipelinePlan, states: readonly StepState[], output: JsonValue): PipelineResult {
  return {
    results: Object.fromEntries(states.map((state) => [state.name, stepResult(state)])),
    output,
    success: states.every(({ status }) => status === 'completed' || status === 'skipped') && !failureOf(states),
    ...(plan.definition ? { definition: plan.definition } : {}),
    usage: showUsage(Object.fromEntries(states.map((state) => [state.name, state.usage]))),
    partial: false,
  };
}

/** The first failed step in the order of the definition, by which the run fails; a cancelled one comes last. */
export function failureOf(states: readonly StepState[]): { step: string; error: FailureInfo } | undefined {
  const failed = states.flatMap(({ name, status, error }) =>
    status === 'failed' && error ? [{ step: name, error }] : [],
  );
  return failed.find(({ error }) => error.type !== 'Cancelled') ?? failed[0];
}

function durationSeconds({ startedAt, endedAt }: StepState): number | undefined {
  return startedAt === undefined || endedAt === undefined ? undefined : (endedAt - startedAt) / 1000;
}

/** What a model said it could not do. Written by the product's own models, so safe to show. */
function noteOf(output: JsonValue | undefined): string | undefined {
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return undefined;
  return typeof output['note'] === 'string' ? output['note'] : undefined;
}
