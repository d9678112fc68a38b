import { CancellationScope } from '@temporalio/workflow';
import type { FailureInfo } from '../contracts/failures';
import type { ModelCall, ModelCallOutcome, ModelPlan } from '../contracts/model-call';
import type { InheritedContext, RunIdentity } from '../contracts/step-activity';
import type { CallUsage } from '../contracts/usage';
import type { RunAccount } from '../contracts/usage.schema';
import type { GivenBudget } from '../core/budget/budget-scopes';
import { modelCalls, system } from './activity-proxies';
import { BudgetGate } from './budget-gate';
import { Limiter } from './limiter';
import type { PatternBook } from './pattern-book';
import { describeFailure } from './run-failure';
import { readBudget, runIdentity } from './run-identity';

/** A call of one part of a pattern; `path` names it in the journal, `part` in the book. */
export type PartCall = Omit<ModelCall, 'run' | 'step' | 'pins' | 'sample'> & {
  part: string;
  path: string;
  sample?: number;
  totalSeconds?: number | undefined;
};

export type Called = { ok: true; outcome: ModelCallOutcome } | { ok: false; error: FailureInfo };

/** Asks models for one run, with its models and its journal, and books what that uses. */
export class ModelCaller {
  readonly run: RunIdentity;
  readonly stepPrefix: string;
  readonly gate: BudgetGate;

  constructor(
    private readonly plan: Pick<ModelPlan<unknown>, 'pins' | 'tenant' | 'budgetLabels' | 'queues' | 'search'> & {
      budget?: GivenBudget | undefined;
    },
    private readonly inherited: InheritedContext | undefined,
    private readonly book: PatternBook,
  ) {
    this.run = runIdentity(plan, inherited);
    this.stepPrefix = inherited?.stepPrefix ?? '';
    book.open(plan.search);
    this.gate = new BudgetGate(this.run, this.stepPrefix, () => book.pause(this.gate.isWaiting));
  }

  /** What a pattern that this one starts is given. */
  context(): InheritedContext {
    const { pins, tenant } = this.plan;
    const { depth = 0, definitions, hops } = this.inherited ?? {};
    const more = { ...(definitions ? { definitions } : {}), ...(hops === undefined ? {} : { hops }) };
    return { tenant, pins, depth, journal: this.run, stepPrefix: this.stepPrefix, ...more };
  }

  /** The task queue on which a model is asked, where its provider has limits. */
  queueOf(model: string): string | undefined {
    return Object.entries(this.plan.queues ?? {}).find(([, models]) => models.includes(model))?.[0];
  }

  /** One call. Resolves also where it fails; the usage of a call that is cut off is read later, by `readCut`. */
  async ask({ part, path, sample = 0, totalSeconds, ...call }: PartCall): Promise<Called> {
    this.book.start(part, [call.model]);
    const onWait = (note: string | undefined) => this.book.waits(part, note);
    const taskQueue = this.queueOf(call.model);
    const summary = `${path}: ${call.task}, ${call.model}`;
    const { callModel } = modelCalls({ summary, totalSeconds, taskQueue, onWait });
    const whole = { ...call, sample, run: this.run, step: this.stepPrefix + path, pins: this.plan.pins };
    try {
      const outcome = await this.gate.past(() => callModel(whole), onWait);
      this.book.spend(part, outcome.usage, outcome.attempts);
      if (outcome.answeredBy !== undefined) this.book.answeredBy(part, outcome.answeredBy, outcome.passedOver ?? []);
      return { ok: true, outcome };
    } catch (error) {
      return { ok: false, error: await this.failed(part, path, error) };
    }
  }

  /** Books what a failed call has used, and says what went wrong. */
  async failed(part: string, path: string, error: unknown): Promise<FailureInfo> {
    const { info, detail } = describeFailure(error);
    if (detail) this.book.spend(part, detail.usage, detail.attempts);
    else if (info.type === 'Cancelled') this.cut.push({ part, path });
    else for (const usage of await this.usageOf([path])) this.book.spend(part, usage);
    if (this.gate.isAskedAbove(info)) this.book.askedAbove ??= info;
    if (info.type === 'BudgetExceeded') this.book.overBudget ??= info.message;
    return info;
  }

  /** Books what calls that were cut off have used up to here: at their worst case where no answer came. */
  async readCut(): Promise<void> {
    const cut = this.cut.splice(0);
    if (cut.length === 0) return;
    const usages = await this.usageOf(cut.map(({ path }) => path));
    usages.forEach((usage, index) => this.book.spend((cut[index] as { part: string }).part, usage));
  }

  /** What the run has used in the end, calls that were cut off too, and what became of its own budget. */
  async account(): Promise<RunAccount> {
    await this.readCut();
    return { usage: this.book.usage(), ...(await readBudget(this.plan, this.run, this.stepPrefix)) };
  }

  /** `system` lets them go one at a time by itself; this stays because its awaits are part of what runs of before replay. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.reading.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  private readonly reading = new Limiter(1);
  private readonly cut: { part: string; path: string }[] = [];

  private usageOf(paths: readonly string[]): Promise<CallUsage[]> {
    const steps = paths.map((path) => this.stepPrefix + path);
    const read = () => this.alone(() => system.readUsages(this.run, steps));
    return CancellationScope.nonCancellable(read).catch(() => []);
  }
}
