import { executeChild, sleep, workflowInfo } from '@temporalio/workflow';
import type { ContentPath } from '../contracts/content';
import { isContentPath } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import type { AnsweringPattern } from '../contracts/names';
import { MAIN_OUTPUT } from '../contracts/names';
import type { PipelinePlan, PlannedStep, RunIdentity, StepOutcome } from '../contracts/step-activity';
import type { Usage } from '../contracts/usage';
import { resolveInputs } from '../core/graph/resolve-mappings';
import { addUsage, fromShown } from '../core/usage';
import { runHandler, values } from './activity-proxies';
import type { Approvals } from './approvals';

export type Scope = Readonly<Record<string, JsonValue>>;

/** What running a step needs of its run. */
export type StepContext = { plan: PipelinePlan; run: RunIdentity; depth: number; approvals: Approvals };

/** Runs a step of any kind, over a list where it says so. Rejects with what describeFailure knows. */
export async function runStep(step: PlannedStep, scope: Scope, context: StepContext): Promise<StepOutcome> {
  if (step.wait) {
    await sleep(step.wait.seconds * 1000, { summary: `${step.name}: wait` });
    return outcomeOf({ waitedSeconds: step.wait.seconds });
  }
  if (step.approval) return outcomeOf(await context.approvals.wait(step.name, step.approval));
  return step.forEach ? runForEach(step, step.forEach, scope, context) : runOnce(step, step.name, scope, context);
}

function outcomeOf(output: JsonValue): StepOutcome {
  return { output, usage: { byModel: {} }, models: [], attempts: 1 };
}

/** One run of a handler or a pattern; `path` names it in the journal and in child ids. */
function runOnce(step: PlannedStep, path: string, scope: Scope, context: StepContext): Promise<StepOutcome> {
  const { plan, run } = context;
  const inputs = resolveInputs(step, scope);
  if (step.pattern !== undefined) return runPattern(step, step.pattern, path, inputs, context);
  const { config, transform } = step;
  const given = { run, step: path, inputs, config, pins: plan.pins };
  return runHandler(step, transform === undefined ? given : { ...given, transform });
}

/** Every entry of the list, at most `maxParallel` at once; outputs in the order of the list. */
async function runForEach(
  step: PlannedStep,
  { items, as, maxParallel }: NonNullable<PlannedStep['forEach']>,
  scope: Scope,
  context: StepContext,
): Promise<StepOutcome> {
  const { tenant } = context.plan;
  const { list } = resolveInputs({ inputs: { list: items } }, scope);
  const entries = await values.listItems(tenant, list ?? null);
  const outcomes: StepOutcome[] = [];
  const queue = entries.map((entry, index) => ({ entry, index }));
  const runNext = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const local = { ...scope, [as]: next.entry, index: next.index };
      outcomes[next.index] = await runOnce(step, `${step.name}[${next.index}]`, local, context);
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxParallel, entries.length) }, runNext));
  return {
    output: await values.gatherOutputs(
      tenant,
      outcomes.map(({ output }) => output),
    ),
    usage: addUsage(...outcomes.map(({ usage }) => usage)),
    models: [...new Set(outcomes.flatMap(({ models }) => models))],
    attempts: Math.max(1, ...outcomes.map(({ attempts }) => attempts)),
  };
}

/** A pattern as a child workflow, with this run's tenant and models. */
async function runPattern(
  step: PlannedStep,
  pattern: AnsweringPattern,
  path: string,
  inputs: Record<string, JsonValue | ContentPath>,
  { plan, depth }: StepContext,
): Promise<StepOutcome> {
  const given = { ...step.config, ...(await withoutPaths(inputs, plan.tenant)) };
  const result = await executeChild<(...args: unknown[]) => Promise<Record<string, JsonValue>>>(pattern, {
    args: [given, { tenant: plan.tenant, pins: plan.pins, depth: depth + 1 }],
    workflowId: `${workflowInfo().workflowId}/${path}`,
    parentClosePolicy: 'REQUEST_CANCEL',
    staticSummary: `${path}: ${pattern}`,
    retry: { maximumAttempts: step.retryCount ?? 1 },
    ...(step.timeoutSeconds === undefined ? {} : { workflowExecutionTimeout: step.timeoutSeconds * 1000 }),
  });
  const usage = fromShown(result['usage'] as unknown as Usage);
  const output = result[MAIN_OUTPUT[pattern]] ?? null;
  return { ...outcomeOf(await transformed(step, output, plan.tenant)), usage, models: Object.keys(usage.byModel) };
}

/** A path into stored content can not be followed by a child, so it is followed here, in an activity. */
async function withoutPaths(
  inputs: Record<string, JsonValue | ContentPath>,
  tenant: string,
): Promise<Record<string, JsonValue>> {
  const fields = Object.entries(inputs).map(
    async ([name, value]) => [name, isContentPath(value) ? await values.followPath(tenant, value) : value] as const,
  );
  return Object.fromEntries(await Promise.all(fields)) as Record<string, JsonValue>;
}

async function transformed({ transform }: PlannedStep, output: JsonValue, tenant: string): Promise<JsonValue> {
  if (transform === undefined) return output;
  const [outcome] = await values.evaluateExpressions(tenant, [{ expression: transform, scope: output }]);
  if (outcome && 'value' in outcome) return outcome.value;
  throw new CadenzaError('ExpressionFailed', `transform: ${outcome?.problem ?? 'gave no value'}`, {
    field: 'transform',
  });
}
