import { CancellationScope, CancelledFailure, condition } from '@temporalio/workflow';
import type { GivenInput } from '../contracts/check-input.schema';
import type { FailureInfo } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import { INLINE_LIMIT_BYTES, RESULT_LIMIT_BYTES } from '../contracts/limits';
import type { RetryRequest, RunPlan } from '../contracts/pipeline-messages';
import type { PipelineResult } from '../contracts/pipeline.schema';
import type { RunProgress, RunStatus } from '../contracts/run';
import type { InheritedContext, PipelinePlan, PlannedStep } from '../contracts/step-activity';
import { isSkip, nextSteps } from '../core/graph/next-steps';
import type { Scope } from '../core/graph/resolve-mappings';
import { resolveOutput } from '../core/graph/resolve-mappings';
import { isoTime } from '../core/iso-time';
import type { StepState } from '../core/pipeline-state';
import * as states from '../core/pipeline-state';
import { addUsage, showUsage } from '../core/usage';
import { Approvals } from './approvals';
import { BudgetGate } from './budget-gate';
import { checkRetry } from './check-retry';
import { keepCurrentDetails } from './current-details';
import { decideConditions } from './decide-conditions';
import { preparePlan } from './prepare-plan';
import { refuseUpdate } from './refuse-update';
import { asRunFailure, describeFailure, runFailure } from './run-failure';
import { leaveOutcome, markStarted } from './search';
import type { StepContext } from './run-step';
import { StepCallbacks } from './step-callbacks';
import { SubPipelines } from './sub-pipelines';
import { readBudget, runIdentity } from './run-identity';
import { followPaths, runStep, StepFailure, usageOf } from './run-step';

/** One run of a pipeline: the state that the workflow and its updates change and the queries read. */
export class PipelineRun {
  readonly approvals = new Approvals();
  /** Where the run's own budget asks; there from its first step on. */
  gate: BudgetGate | undefined;
  private steps: StepState[] = [];
  private status: RunStatus = 'running';
  private paused = false;
  private plan: PipelinePlan | undefined;
  /** The last step that no budget had room for; what runs beside it is paid for already. */
  private overBudget: FailureInfo | undefined;
  private callbacks: StepCallbacks | undefined;
  private readonly startedAt = Date.now();
  /** Every step runs in it; fail-fast cancels it. */
  private readonly group = new CancellationScope();
  private readonly inside = new SubPipelines();
  /** Steps that run, or whose condition is being evaluated. */
  private readonly busy = new Set<string>();
  /** Counts changes, so that the loop can wait for one. */
  private version = 0;

  /** `eventHops` is how many events stand before the one that the run handles, where it handles one. */
  constructor(
    private readonly inherited?: InheritedContext,
    private readonly eventHops = inherited?.hops,
  ) {}

  async execute(input: GivenInput<'pipeline'>): Promise<PipelineResult> {
    const plan = await preparePlan(input, this.inherited).catch(asRunFailure);
    this.plan = plan;
    markStarted('pipeline', plan.search, { definition: plan.definition?.name });
    const earlier = new Map(Object.entries(plan.earlierOutputs));
    this.steps = plan.steps.map((step) => states.firstState(step, earlier.get(step.name)));
    // One event further than the one that started the run, if one did.
    const hops = this.eventHops === undefined ? 0 : this.eventHops + 1;
    if (plan.callbacks) this.callbacks = new StepCallbacks(plan.callbacks, hops);
    await this.runSteps(plan);
    await this.callbacks?.settled();
    // A step may have been retried while callbacks were delivered.
    for (; this.steps.some(({ status }) => status === 'pending'); await this.callbacks?.settled()) {
      await this.runSteps(plan);
    }

    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the run was cancelled');
    const over = this.overBudget;
    // Inside another pattern there is nobody who would look at half a result.
    if (over && this.inherited) throw runFailure(over, this.resultSoFar());
    const output = await this.finalOutput(plan).catch(asRunFailure);
    const partialReason = over && `the budget is used up: ${over.message}`;
    const callbacks = this.callbacks?.reported() ?? [];
    const result = states.pipelineResult(plan, this.steps, output, { callbacks, partialReason });
    const failure = states.failureOf(this.steps);
    if (!failure || over) return result;
    const { step, error } = failure;
    throw runFailure({ ...error, message: `step "${step}": ${error.message}` }, result);
  }

  /** Null before the input was checked. */
  resultSoFar(): PipelineResult | null {
    if (!this.plan) return null;
    const partialReason = this.status === 'cancelled' ? 'the run was cancelled' : undefined;
    const callbacks = this.callbacks?.reported() ?? [];
    return states.pipelineResult(this.plan, this.steps, null, { callbacks, partialReason });
  }

  /** Null before the input was checked. */
  shownPlan(): RunPlan | null {
    return this.plan ? states.shownPlan(this.plan, this.steps) : null;
  }

  progress(): RunProgress {
    return {
      pattern: 'pipeline',
      ...(this.plan?.definition ? { definition: this.plan.definition.name } : {}),
      status: (this.paused || this.gate?.isWaiting) && this.status === 'running' ? 'paused' : this.status,
      startedAt: isoTime(this.startedAt),
      steps: this.steps.map(states.stepProgress),
      usage: showUsage(Object.fromEntries(this.steps.map((step) => [step.name, step.usage]))),
    };
  }

  /** What became of the run's own budget, where it has one. */
  async budget(): Promise<Pick<PipelineResult, 'budget'>> {
    const { plan, inherited } = this;
    return plan ? readBudget(plan, runIdentity(plan, inherited), inherited?.stepPrefix ?? '') : {};
  }

  /** Leaves in the memo what `list` and `status` show without asking the run itself. */
  finish(status: RunStatus): void {
    this.status = status;
    this.leaveMemo();
    this.showDetails();
  }

  checkPausing(paused: boolean): void {
    if (this.paused === paused) refuseUpdate('run', paused ? 'is paused already' : 'is not paused');
  }

  setPaused(paused: boolean): void {
    if (this.paused === paused) return;
    this.paused = paused;
    this.inside.setPaused(paused);
    this.version += 1;
    this.leaveMemo();
  }

  checkRetry(request: RetryRequest): void {
    if (this.group.consideredCancelled) refuseUpdate('run', 'is ending');
    checkRetry(request, this.steps);
  }

  retry({ step }: RetryRequest): void {
    this.overBudget = undefined;
    this.steps = states.retriedSteps(this.steps, this.plan?.steps ?? [], step);
    this.version += 1;
  }

  /** The output with its paths into stored content followed, which the loading of values can not do later. */
  private async finalOutput(plan: PipelinePlan): Promise<JsonValue> {
    const output = resolveOutput(plan.output, plan.steps, this.scope(plan));
    if ('single' in output) return (await followPaths(output, plan.tenant))['single'] ?? null;
    return followPaths(output.fields, plan.tenant);
  }

  private async runSteps(plan: PipelinePlan): Promise<void> {
    const { group: scope } = this;
    scope.cancelRequested.catch(() => (this.version += 1));
    for (;;) {
      const seen = this.version;
      this.decide(plan, scope);
      this.showDetails();
      if (!this.goesOn(scope)) return;
      // Outside the scope: after a cancel the loop still waits for what it has cancelled.
      await CancellationScope.nonCancellable(() => condition(() => this.version !== seen));
    }
  }

  private goesOn(scope: CancellationScope): boolean {
    const held = this.paused && !scope.consideredCancelled && this.steps.some(({ status }) => status === 'pending');
    return this.busy.size > 0 || held;
  }

  /** Starts and skips what can be; skipping may let others go, so it is done to the end. */
  private decide(plan: PipelinePlan, scope: CancellationScope): void {
    if (scope.consideredCancelled) this.skipPending('the run was cancelled');
    if (this.paused) return;
    const decisions = () => nextSteps(plan.steps, (name) => this.stateOf(name).status);
    for (let skips = decisions().filter(isSkip); skips.length > 0; skips = decisions().filter(isSkip)) {
      for (const { step, reason } of skips) this.update(step.name, { status: 'skipped', reason });
    }
    const ready = decisions().filter(({ step }) => !this.busy.has(step.name));
    const steps = ready.slice(0, plan.maxParallel - this.busy.size).map(({ step }) => step);
    steps.filter((step) => step.condition === undefined).forEach((step) => this.start(plan, step, scope));
    const conditional = steps.filter((step) => step.condition !== undefined);
    if (conditional.length > 0) this.startConditional(plan, conditional, scope);
  }

  /** Evaluates the conditions of steps that could start now, together in one activity. */
  private startConditional(plan: PipelinePlan, steps: PlannedStep[], scope: CancellationScope): void {
    steps.forEach(({ name }) => this.busy.add(name));
    void scope
      .run(() => decideConditions(steps, this.scope(plan), plan.tenant))
      .catch((error: unknown) => steps.map(() => ({ failed: describeFailure(error).info })))
      .then((verdicts) => {
        verdicts.forEach((verdict, index) => {
          const step = steps[index] as PlannedStep;
          this.busy.delete(step.name);
          if (this.stateOf(step.name).status !== 'pending') return;
          if ('failed' in verdict) this.fail(plan, step, scope, verdict.failed);
          // Paused meanwhile: it is decided anew when the run goes on.
          else if (verdict.holds && this.paused) return;
          else if (verdict.holds) this.start(plan, step, scope);
          else this.update(step.name, { status: 'skipped', reason: 'its condition is false' });
        });
        this.version += 1;
      });
  }

  private start(plan: PipelinePlan, step: PlannedStep, scope: CancellationScope): void {
    this.busy.add(step.name);
    this.update(step.name, { status: 'running', startedAt: Date.now() });
    const context = this.contextOf(plan);
    void scope
      .run(() => runStep(step, this.scope(plan), context))
      .then(
        (outcome) => this.update(step.name, states.completeStep(this.stateOf(step.name), outcome, Date.now())),
        async (thrown: unknown) => {
          const part = thrown instanceof StepFailure ? thrown : new StepFailure(thrown, { byModel: {} }, false);
          const { info, detail } = describeFailure(part.error);
          const rest = part.isWhole ? undefined : (detail?.usage ?? (await usageOf(context, step.name)));
          const usage = rest ? addUsage(part.usage, rest) : part.usage;
          this.fail(plan, step, scope, info, { ...(detail ?? { attempts: 0, models: [] }), usage });
        },
      )
      .then(() => {
        this.busy.delete(step.name);
        this.version += 1;
      });
  }

  private fail(
    plan: PipelinePlan,
    step: PlannedStep,
    scope: CancellationScope,
    error: NonNullable<StepState['error']>,
    used: Pick<StepState, 'usage' | 'models' | 'attempts'> = { usage: { byModel: {} }, models: [], attempts: 0 },
  ): void {
    this.update(step.name, states.failStep(this.stateOf(step.name), { error, ...used }, Date.now()));
    if (error.type === 'BudgetExceeded') {
      this.overBudget = error;
      this.skipPending('the budget is used up');
      return;
    }
    if (!plan.failFast || step.onFailure !== 'fail' || scope.consideredCancelled) return;
    this.skipPending(`step "${step.name}" failed`);
    scope.cancel();
  }

  private contextOf(plan: PipelinePlan): StepContext {
    const run = runIdentity(plan, this.inherited);
    const stepPrefix = this.inherited?.stepPrefix ?? '';
    return {
      plan,
      run,
      stepPrefix,
      depth: this.inherited?.depth ?? 0,
      ...(this.eventHops === undefined ? {} : { hops: this.eventHops }),
      inlineLimit: Math.min(INLINE_LIMIT_BYTES, Math.floor(RESULT_LIMIT_BYTES / plan.steps.length)),
      approvals: this.approvals,
      inside: this.inside,
      gate: (this.gate ??= new BudgetGate(run, stepPrefix, () => this.leaveMemo())),
      onWait: (name, note) => {
        this.update(name, { waits: note });
        this.showDetails();
      },
      whenRunning: () => condition(() => !this.paused),
    };
  }

  private scope(plan: PipelinePlan): Scope {
    const outputs = this.steps.flatMap(({ name, output }) => (output === undefined ? [] : [[name, output] as const]));
    return { input: plan.input, ...(Object.fromEntries(outputs) as Record<string, JsonValue>) };
  }

  private skipPending(reason: string): void {
    for (const { name, status } of this.steps) {
      if (status === 'pending') this.update(name, { status: 'skipped', reason });
    }
  }

  private stateOf(name: string): StepState {
    return this.steps.find((step) => step.name === name) as StepState;
  }

  private update(name: string, change: Partial<StepState>): void {
    const before = this.stateOf(name).status;
    this.steps = this.steps.map((step) => (step.name === name ? { ...step, ...change } : step));
    const after = this.stateOf(name);
    if (after.status !== before && states.hasEnded(after)) this.callbacks?.stepEnded(after);
  }

  private leaveMemo(): void {
    leaveOutcome(this.progress(), this.plan?.search);
  }

  private readonly showDetails = keepCurrentDetails(() => this.progress());
}
