import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  setCurrentDetails,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { GivenInput } from '../contracts/check-input.schema';
import type { JsonValue } from '../contracts/json';
import { MEMO_OUTCOME } from '../contracts/names';
import type { PipelineResult, Step } from '../contracts/pipeline.schema';
import type { RunProgress, RunStatus } from '../contracts/run';
import type { PipelinePlan, RunIdentity } from '../contracts/step-activity';
import { detailsMarkdown } from '../core/details-markdown';
import { nextSteps } from '../core/graph/next-steps';
import { resolveInputs, resolveOutput } from '../core/graph/resolve-mappings';
import { isoTime } from '../core/iso-time';
import type { StepState } from '../core/pipeline-state';
import { completeStep, failureOf, pendingStep, pipelineResult, stepProgress } from '../core/pipeline-state';
import { showUsage } from '../core/usage';
import { runHandler, system } from './activity-proxies';
import { asRunFailure, describeFailure } from './run-failure';

/** One run of a pipeline: the state that the workflow changes and the query reads. */
export class PipelineRun {
  private states: StepState[] = [];
  private status: RunStatus = 'running';
  private plan: PipelinePlan | undefined;
  private readonly startedAt = Date.now();
  private readonly running = new Map<string, Promise<void>>();

  async execute(input: GivenInput<'pipeline'>): Promise<PipelineResult> {
    const plan = await system.preparePipeline(input).catch(asRunFailure);
    this.plan = plan;
    this.states = plan.steps.map(pendingStep);
    await this.runSteps(plan);

    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the run was cancelled');
    const result = this.resultOf(plan);
    const failure = failureOf(this.states);
    if (!failure) return result;
    throw ApplicationFailure.create({
      type: failure.error.type,
      message: `step "${failure.step}": ${failure.error.message}`,
      nonRetryable: true,
      details: [result],
    });
  }

  /** Null before the input was checked. */
  resultSoFar(): PipelineResult | null {
    return this.plan ? this.resultOf(this.plan) : null;
  }

  progress(): RunProgress {
    return {
      pattern: 'pipeline',
      ...(this.plan?.definition ? { definition: this.plan.definition.name } : {}),
      status: this.status,
      startedAt: isoTime(this.startedAt),
      steps: this.states.map(stepProgress),
      usage: showUsage(Object.fromEntries(this.states.map((state) => [state.name, state.usage]))),
    };
  }

  /** Leaves in the memo what `list` shows without asking the run itself. */
  finish(status: RunStatus): void {
    this.status = status;
    upsertMemo({ [MEMO_OUTCOME]: { status, costUsd: this.progress().usage.costUsd } });
    this.showDetails();
  }

  private resultOf(plan: PipelinePlan): PipelineResult {
    return pipelineResult(plan, this.states, resolveOutput(plan.output, plan.steps, this.scope(plan)));
  }

  private async runSteps(plan: PipelinePlan): Promise<void> {
    const scope = new CancellationScope();
    while (this.decide(plan, scope)) {
      this.showDetails();
      await Promise.race(this.running.values());
    }
  }

  /** Starts and skips what can be. True while something runs; skipping may let others go, so it is done to the end. */
  private decide(plan: PipelinePlan, scope: CancellationScope): boolean {
    if (scope.consideredCancelled) this.skipPending('the run was cancelled');
    let decisions = nextSteps(plan.steps, (name) => this.stateOf(name).status);
    while (decisions.some(({ action }) => action === 'skip')) {
      for (const decision of decisions) {
        if (decision.action === 'skip') this.update(decision.step.name, { status: 'skipped', reason: decision.reason });
      }
      decisions = nextSteps(plan.steps, (name) => this.stateOf(name).status);
    }
    for (const { step } of decisions.slice(0, plan.maxParallel - this.running.size)) this.start(plan, step, scope);
    return this.running.size > 0;
  }

  private start(plan: PipelinePlan, step: Step, scope: CancellationScope): void {
    this.update(step.name, { status: 'running', startedAt: Date.now() });
    const work = scope
      .run(() => this.runStep(plan, step))
      .then(() => {
        this.running.delete(step.name);
        if (!plan.failFast || this.stateOf(step.name).status !== 'failed') return;
        this.skipPending(`step "${step.name}" failed`);
        scope.cancel();
      });
    this.running.set(step.name, work);
  }

  /** Never rejects: what goes wrong becomes the state of the step. */
  private async runStep(plan: PipelinePlan, step: Step): Promise<void> {
    const { workflowId, firstExecutionRunId } = workflowInfo();
    const run = { workflowId, firstRunId: firstExecutionRunId, tenant: plan.tenant };
    try {
      const inputs = resolveInputs(step, this.scope(plan));
      const outcome = await runHandler(step, { run, step: step.name, inputs, config: step.config, pins: plan.pins });
      this.update(step.name, completeStep(this.stateOf(step.name), outcome, Date.now()));
    } catch (error) {
      const { info, detail } = describeFailure(error);
      const usage = detail?.usage ?? (await this.usageOf(run, step));
      const { attempts = 0, models = [] } = detail ?? {};
      this.update(step.name, { status: 'failed', endedAt: Date.now(), error: info, usage, attempts, models });
    }
  }

  /** What a step has used when its activity ended without a word; asked also after a cancel. */
  private usageOf(run: RunIdentity, step: Step) {
    return CancellationScope.nonCancellable(() => system.readUsage(run, step.name)).catch(() => ({ byModel: {} }));
  }

  private scope(plan: PipelinePlan): Record<string, JsonValue> {
    const outputs = this.states.flatMap(({ name, output }) => (output === undefined ? [] : [[name, output] as const]));
    return { input: plan.input, ...Object.fromEntries(outputs) };
  }

  private skipPending(reason: string): void {
    for (const { name, status } of this.states) {
      if (status === 'pending') this.update(name, { status: 'skipped', reason });
    }
  }

  private stateOf(name: string): StepState {
    return this.states.find((state) => state.name === name) as StepState;
  }

  private update(name: string, change: Partial<StepState>): void {
    this.states = this.states.map((state) => (state.name === name ? { ...state, ...change } : state));
  }

  private showDetails(): void {
    setCurrentDetails(detailsMarkdown(this.progress()));
  }
}
