import type { Delivery } from '../contracts/callbacks.schema';
import type { FailureInfo } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import { shown } from '../contracts/nearest-name';
import type { RunPlan } from '../contracts/pipeline-messages';
import type { PipelineResult, Step, StepResult } from '../contracts/pipeline.schema';
import type { StepProgress, StepStatus } from '../contracts/run';
import type { PassedOver, PipelinePlan, StepOutcome } from '../contracts/step-activity';
import type { CallUsage } from '../contracts/usage';
import { isoTime } from './iso-time';
import { showCounts, showUsage, totalOf } from './usage';

const MESSAGE_CHARACTERS = 200;

/** What is known of one step. Times in milliseconds since 1970, as the workflow's clock gives them. */
export type StepState = {
  name: string;
  /** What the step runs: a handler, a pattern, `approval` or `wait`. */
  runs: string;
  /** What the person is told who decides an approval step. */
  approval?: string;
  onFailure: Step['onFailure'];
  status: StepStatus;
  startedAt?: number;
  endedAt?: number;
  attempts: number;
  models: string[];
  usage: CallUsage;
  output?: JsonValue;
  error?: FailureInfo;
  reason?: string;
  /** What it waits for while it runs. */
  waits?: string | undefined;
  /** Models that were asked first and gave no answer. */
  passedOver?: PassedOver[];
  /** Why the answer of the pattern that it ran is only a part of what was asked for. */
  partial?: string;
};

/** A step before anything has happened to it, or as an earlier run of the same steps left it. */
export function firstState(step: Step, earlier?: JsonValue): StepState {
  const pending = pendingStep(step);
  if (earlier === undefined) return pending;
  return { ...pending, status: 'completed', output: earlier, reason: 'taken from an earlier run' };
}

function pendingStep(step: Step): StepState {
  return {
    name: step.name,
    runs: step.handler ?? step.pattern ?? (step.approval ? 'approval' : 'wait'),
    ...(step.approval ? { approval: step.approval.message } : {}),
    onFailure: step.onFailure,
    status: 'pending',
    attempts: 0,
    models: [],
    usage: { byModel: {} },
  };
}

/** The step after it went wrong: failed, or completed with the default that it has for that. */
export function failStep(
  state: StepState,
  { error, usage, models, attempts }: Pick<StepState, 'usage' | 'models' | 'attempts'> & { error: FailureInfo },
  now: number,
): StepState {
  const ended = { ...state, endedAt: now, error, usage, models, attempts };
  // A cancel is no failure that a default could stand in for.
  if (typeof state.onFailure !== 'object' || error.type === 'Cancelled') return { ...ended, status: 'failed' };
  return { ...ended, status: 'completed', output: state.onFailure.default, reason: 'failed; its default is used' };
}

/** A failed step pending again, and with it those that were skipped after it. */
export function retriedSteps(
  states: readonly StepState[],
  steps: readonly { name: string; parents: string[] }[],
  failed: string,
): StepState[] {
  const again = new Set([failed]);
  for (let grown = true; grown;) {
    const size = again.size;
    for (const { name, parents } of steps) {
      const skipped = states.find((state) => state.name === name)?.status === 'skipped';
      if (skipped && parents.some((parent) => again.has(parent))) again.add(name);
    }
    grown = again.size > size;
  }
  return states.map((state) => {
    if (!again.has(state.name)) return state;
    const { error: _error, reason: _reason, endedAt: _endedAt, ...rest } = state;
    return { ...rest, status: 'pending' };
  });
}

/** The step after its activity returned. */
export function completeStep(state: StepState, outcome: StepOutcome, now: number): StepState {
  const { output, usage, models, attempts, partial, passedOver } = outcome;
  const over = passedOver ? { passedOver } : {};
  const reason = partial === undefined ? {} : { partial, reason: `partial: ${partial}` };
  return { ...state, status: 'completed', endedAt: now, output, usage, models, attempts, ...over, ...reason };
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
    ...(state.passedOver ? { passedOver: state.passedOver } : {}),
    ...(state.error ? { error: state.error } : {}),
    ...(state.reason === undefined ? {} : { reason: state.reason }),
  };
}

/** One step as the `progress` query shows it. */
export function stepProgress(state: StepState): StepProgress {
  const { name, status, runs, models, startedAt, attempts, usage, error, reason } = state;
  const duration = durationSeconds(state);
  const note = noteOf(state);
  return {
    name,
    status,
    handler: runs,
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
export function pipelineResult(
  plan: PipelinePlan,
  states: readonly StepState[],
  output: JsonValue,
  { callbacks = [], partialReason: given }: { callbacks?: Delivery[]; partialReason?: string | undefined } = {},
): PipelineResult {
  const partialReason = given ?? partialStep(states);
  return {
    results: Object.fromEntries(states.map((state) => [state.name, stepResult(state)])),
    output,
    success:
      partialReason === undefined && states.every(({ status }) => status === 'completed' || status === 'skipped'),
    ...(plan.definition ? { definition: plan.definition } : {}),
    ...(callbacks.length > 0 ? { callbacks } : {}),
    usage: showUsage(Object.fromEntries(states.map((state) => [state.name, state.usage]))),
    partial: partialReason !== undefined,
    ...(partialReason === undefined ? {} : { partialReason }),
  };
}

/** The first step whose pattern was cut short, and why. */
function partialStep(states: readonly StepState[]): string | undefined {
  const found = states.find(({ status, partial }) => status === 'completed' && partial !== undefined);
  return found && `step "${found.name}": ${found.partial}`;
}

/**
 * The first failed step in the order of the definition, by which the run fails; a cancelled one comes last. Steps with
 * `onFailure: continue` do not count.
 */
export function failureOf(states: readonly StepState[]): { step: string; error: FailureInfo } | undefined {
  const failed = states.flatMap(({ name, status, error, onFailure }) =>
    status === 'failed' && error && onFailure !== 'continue' ? [{ step: name, error }] : [],
  );
  return failed.find(({ error }) => error.type !== 'Cancelled') ?? failed[0];
}

/** True where nothing more happens to a step, unless it is retried. */
export function hasEnded({ status }: Pick<StepState, 'status'>): boolean {
  return status === 'completed' || status === 'failed' || status === 'skipped';
}

function durationSeconds({ startedAt, endedAt }: StepState): number | undefined {
  return startedAt === undefined || endedAt === undefined ? undefined : (endedAt - startedAt) / 1000;
}

/** What an approval step waits for or who decided it; else what a model of the product said it could not do. */
function noteOf({ approval, status, output, passedOver, waits }: StepState): string | undefined {
  if (waits !== undefined) return waits;
  if (approval !== undefined && status === 'running') {
    return `waits for approval: "${shown(approval, MESSAGE_CHARACTERS)}"`;
  }
  return outputNote(output) ?? passedOverNote(passedOver);
}

/** Who gave no answer before another model did. */
export function passedOverNote(passedOver: readonly PassedOver[] | undefined): string | undefined {
  if (!passedOver?.length) return undefined;
  const said = [...new Set(passedOver.map(({ model, type }) => `${shown(model)} (${type})`))];
  return `no answer of ${said.join(', ')}`;
}

/** The note that a step's output carries: of a model, or of who approved. */
export function outputNote(output: JsonValue | undefined): string | undefined {
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return undefined;
  const { approved, by, at } = output;
  if (approved === true && typeof by === 'string' && typeof at === 'string') return `approved by ${shown(by)}`;
  return typeof output['note'] === 'string' ? output['note'] : undefined;
}

/** What the steps of a run wait for, and what has become of each. */
export function shownPlan({ definition, steps }: PipelinePlan, all: readonly StepState[]): RunPlan {
  return {
    ...(definition ? { definition } : {}),
    parents: Object.fromEntries(steps.map(({ name, parents }) => [name, parents])),
    handlers: steps.filter(({ handler }) => handler !== undefined).map(({ name }) => name),
    results: Object.fromEntries(all.map((state) => [state.name, stepResult(state)])),
  };
}
