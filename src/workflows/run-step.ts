import { CancellationScope, patched, sleep } from '@temporalio/workflow';
import type { ContentPath } from '../contracts/content';
import { isContentPath } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import type { AnsweringPattern } from '../contracts/names';
import type { PipelinePlan, PlannedStep, RunIdentity, StepOutcome } from '../contracts/step-activity';
import type { CallUsage } from '../contracts/usage';
import type { Scope } from '../core/graph/resolve-mappings';
import { entriesAtOnce } from '../core/graph/entries-at-once';
import { resolveInputs } from '../core/graph/resolve-mappings';
import { addUsage } from '../core/usage';
import { runHandler, system, values } from './activity-proxies';
import type { BudgetGate } from './budget-gate';
import type { Approvals } from './approvals';
import type { ChildResult } from './run-child';
import { runChild } from './run-child';
import { Limiter } from './limiter';
import { describeFailure } from './run-failure';
import type { SubPipelines } from './sub-pipelines';

/** What running a step needs of its run. `stepPrefix` goes before step names in the journal. */
export type StepContext = {
  plan: PipelinePlan;
  run: RunIdentity;
  stepPrefix: string;
  depth: number;
  hops?: number;
  inlineLimit: number;
  approvals: Approvals;
  inside: SubPipelines;
  gate: BudgetGate;
  /** Told what a step waits for: the next window of a budget. */
  onWait(step: string, note: string | undefined): void;
  /** Resolves when the run is not paused. */
  whenRunning(): Promise<void>;
};

/** A step that went wrong, with what it had used; not all of it where `isWhole` is false. */
export class StepFailure extends Error {
  constructor(
    readonly error: unknown,
    readonly usage: CallUsage,
    readonly isWhole = true,
  ) {
    super('step failed');
  }
}

/** Runs a step of any kind, over a list where it says so. Rejects with what describeFailure knows, or a StepFailure. */
export async function runStep(step: PlannedStep, scope: Scope, context: StepContext): Promise<StepOutcome> {
  if (step.wait) {
    await sleep(step.wait.seconds * 1000, { summary: `${step.name}: wait` });
    return outcomeOf({ waitedSeconds: step.wait.seconds });
  }
  if (step.approval) return outcomeOf(await context.approvals.wait(step.name, step.approval));
  return step.forEach ? runForEach(step, step.forEach, scope, context) : runOnce(step, step.name, scope, context);
}

/** `system` lets them go one at a time by itself; this stays because its awaits are part of what runs of before replay. */
const reading = new Limiter(1);

/** What a step has used when it ended without a word (a lost Worker, a cancel); asked also after a cancel. */
export function usageOf({ run, stepPrefix }: StepContext, path: string): Promise<CallUsage> {
  return CancellationScope.nonCancellable(async () => {
    const leave = await reading.enter();
    return system.readUsage(run, stepPrefix + path).finally(leave);
  }).catch(() => ({ byModel: {} }));
}

function outcomeOf(output: JsonValue): StepOutcome {
  return { output, usage: { byModel: {} }, models: [], attempts: 1 };
}

/** One run of a handler or a pattern; `path` names it in the journal and in child ids. */
async function runOnce(step: PlannedStep, path: string, scope: Scope, context: StepContext): Promise<StepOutcome> {
  const { plan, run, stepPrefix, inlineLimit } = context;
  const inputs = resolveInputs(step, scope);
  if (step.pattern !== undefined) return runPattern(step, step.pattern, path, inputs, context);
  const { config, transform } = step;
  const given = { run, step: stepPrefix + path, inputs, config, pins: plan.pins, inlineLimit };
  const whole = transform === undefined ? given : { ...given, transform };
  const onWait = (note: string | undefined) => context.onWait(step.name, note);
  return context.gate.past(() => runHandler(step, whole, onWait), onWait);
}

/**
 * Every entry of the list, at most `maxParallel` at once; outputs in the order of the list. The first failure starts no
 * other entry, cancels those that run and waits for them: nothing is paid after the step has ended.
 */
async function runForEach(
  step: PlannedStep,
  { items, as, maxParallel }: NonNullable<PlannedStep['forEach']>,
  scope: Scope,
  context: StepContext,
): Promise<StepOutcome> {
  const { tenant } = context.plan;
  const used: CallUsage[] = [];
  // In one function: another await would change the order of what runs of before replay.
  try {
    const { list } = resolveInputs({ inputs: { list: items } }, scope);
    const entries = await values.listItems(tenant, list ?? null);
    const inlineLimit = Math.max(256, Math.min(context.inlineLimit, Math.floor((512 * 1024) / (entries.length || 1))));
    const outcomes: StepOutcome[] = [];
    const failures: unknown[] = [];
    const queue = entries.map((entry, index) => ({ entry, index }));
    const group = new CancellationScope();
    const fail = (error: unknown) => {
      failures.push(error);
      queue.length = 0;
      group.cancel();
    };
    const runNext = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { entry, index } = next;
        const path = `${step.name}[${index}]`;
        try {
          await context.whenRunning();
        } catch (error) {
          // Runs of before ended the step here, beside entries that were still being cancelled.
          if (!patched(WAITS_FOR_ENTRIES)) throw error;
          return fail(error);
        }
        try {
          const outcome = await runOnce(step, path, { ...scope, [as]: entry, index }, { ...context, inlineLimit });
          outcomes[index] = outcome;
          used.push(outcome.usage);
        } catch (error) {
          used.push(describeFailure(error).detail?.usage ?? (await usageOf(context, path)));
          fail(error);
        }
      }
    };
    const lanes = Math.min(entriesAtOnce(maxParallel, context.plan.steps), entries.length);
    await group.run(() => Promise.all(Array.from({ length: lanes }, runNext)));
    if (failures.length > 0) throw new StepFailure(failures[0], addUsage(...used));
    const outputs = outcomes.map(({ output }) => output);
    return {
      output: await values.gatherOutputs(tenant, outputs, context.inlineLimit),
      usage: addUsage(...used),
      models: [...new Set(outcomes.flatMap(({ models }) => models))],
      attempts: Math.max(1, ...outcomes.map(({ attempts }) => attempts)),
    };
  } catch (error) {
    throw error instanceof StepFailure ? error : new StepFailure(error, addUsage(...used), false);
  }
}

const WAITS_FOR_ENTRIES = 'a-cancelled-list-waits-for-its-entries';

/** A pattern as a child workflow, with this run's tenant, models and journal: a second attempt pays no answer again. */
async function runPattern(
  step: PlannedStep,
  pattern: AnsweringPattern,
  path: string,
  inputs: Record<string, JsonValue | ContentPath>,
  { plan, depth, run, stepPrefix, hops, gate, inside, onWait }: StepContext,
): Promise<StepOutcome> {
  const given = { ...step.config, ...(await followPaths(inputs, plan.tenant)) };
  const definitions = plan.definitions === undefined ? {} : { definitions: plan.definitions };
  const events = hops === undefined ? {} : { hops };
  const child = { tenant: plan.tenant, pins: plan.pins, depth, journal: run, stepPrefix, ...definitions, ...events };
  const leave = pattern === 'pipeline' ? inside.enter(path) : () => undefined;
  let result: ChildResult;
  try {
    result = await gate.past(
      () => runChild(pattern, given, path, child, step),
      (note) => onWait(step.name, note),
    );
  } finally {
    leave();
  }
  const { output, usage, partial } = result;
  const whole = {
    ...outcomeOf(await transformed(step, output, plan.tenant)),
    usage,
    models: Object.keys(usage.byModel),
  };
  return partial === undefined ? whole : { ...whole, partial };
}

/** Values with paths into stored content followed, in activities: for those who can not follow them. */
export async function followPaths(
  given: Readonly<Record<string, JsonValue | ContentPath>>,
  tenant: string,
): Promise<Record<string, JsonValue>> {
  const fields = Object.entries(given).map(
    async ([name, value]) => [name, isContentPath(value) ? await values.followPath(tenant, value) : value] as const,
  );
  return Object.fromEntries(await Promise.all(fields)) as Record<string, JsonValue>;
}

/** What an expression makes of an output. @throws CadenzaError `ExpressionFailed` */
export async function transformed(
  { transform }: { transform?: string | undefined },
  output: JsonValue,
  tenant: string,
): Promise<JsonValue> {
  if (transform === undefined) return output;
  const [outcome] = await values.evaluateExpressions(tenant, output, [{ expression: transform }]);
  if (outcome && 'value' in outcome) return outcome.value;
  throw new CadenzaError('ExpressionFailed', `transform: ${outcome?.problem ?? 'gave no value'}`, {
    field: 'transform',
  });
}
