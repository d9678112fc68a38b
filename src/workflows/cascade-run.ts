import type { CascadeInput, CascadeResult } from '../contracts/cascade.schema';
import type { GivenInput } from '../contracts/check-input.schema';
import type { FailureInfo } from '../contracts/failures';
import { INLINE_LIMIT_BYTES, RESULT_LIMIT_BYTES } from '../contracts/limits';
import type { CallInput, CascadePlan } from '../contracts/model-call';
import type { InheritedContext } from '../contracts/step-activity';
import { acceptStage } from '../core/cascade/accept-stage';
import { nextInput } from '../core/cascade/next-input';
import type { StageOutcome } from '../core/cascade/settle-cascade';
import { nextStage } from '../core/cascade/settle-cascade';
import { system } from './activity-proxies';
import type { StageCalls } from './ask-stage';
import { askStage } from './ask-stage';
import { CallingRun } from './calling-run';
import { ModelCaller } from './model-caller';
import { PatternBook } from './pattern-book';
import { asCadenzaError } from './run-failure';
import { throwIfCancelled } from './throw-if-cancelled';
import { transformStage } from './transform-stage';

/** One run of a cascade: what has been asked and answered, stage by stage. */
export class CascadeRun extends CallingRun<CascadeResult> {
  protected readonly book = new PatternBook('cascade');
  private plan: CascadePlan | undefined;
  private readonly stages: CascadeResult['cascadeResults'] = [];
  private final: Pick<CascadeResult, 'finalResult' | 'decision'> = { finalResult: null };
  /** The first stage that the budget had no room for. */
  private refused: FailureInfo | undefined;

  constructor(
    private readonly given: GivenInput<'cascade'>,
    private readonly inherited?: InheritedContext,
  ) {
    super();
  }

  async execute(): Promise<CascadeResult> {
    const plan = await system.prepareCascade(this.given, this.inherited);
    this.plan = plan;
    this.caller = new ModelCaller({ ...plan, budget: plan.input.budget }, this.inherited, this.book);
    plan.input.stages.forEach((_, index) => this.book.expect(stageName(index)));
    const calls = this.calls(plan, this.caller);
    if (plan.input.mode === 'pipe') await this.pipe(plan, calls);
    else await this.escalate(plan.input, calls);
    return this.result();
  }

  resultSoFar(): CascadeResult | null {
    return this.plan ? this.result() : null;
  }

  /** Cheapest first, until an answer is accepted or asking on is hopeless. */
  private async escalate({ stages, input, onAllRejected }: CascadePlan['input'], calls: StageCalls): Promise<void> {
    const outcomes: StageOutcome[] = [];
    for (;;) {
      const next = nextStage(outcomes, stages.length, onAllRejected);
      if (next.action === 'fail') throw this.refused ? asCadenzaError(this.refused) : next.error;
      if (next.action === 'end') {
        const { stage, accepted, by } = next;
        this.final = { finalResult: this.stages[stage]?.output ?? null, decision: { stage, accepted, by } };
        return;
      }
      outcomes.push(
        await this.tryStage(next.stage, stages[next.stage] as CascadeInput['stages'][number], input, calls),
      );
    }
  }

  private async tryStage(
    index: number,
    { model, accept }: CascadeInput['stages'][number],
    input: CallInput,
    calls: StageCalls,
  ): Promise<StageOutcome> {
    const name = stageName(index);
    const asked = await askStage(index, { model, accept, input }, calls);
    throwIfCancelled();
    if (!asked.ok) {
      const { type, message } = asked.error;
      const reason = `${type}: ${message}`;
      this.stages.push({ model, input, output: null, accepted: false, reason });
      this.book.end(name, 'failed', { error: asked.error });
      if (type === 'BudgetExceeded') this.refused ??= asked.error;
      return { model, verdict: 'failed', problem: type };
    }
    const { verdict, score, reason: said } = acceptStage(accept, asked.facts);
    const reason = asked.problem === undefined ? said : `${said} (${asked.problem})`;
    const scored = score === undefined ? {} : { score };
    this.stages.push({
      model,
      ...answererOf(asked),
      input,
      output: asked.output,
      accepted: verdict === 'accepted',
      verdict,
      reason,
      ...scored,
    });
    this.book.end(name, 'completed', { note: `${verdict}: ${reason}` });
    return { model, verdict, reason, ...scored };
  }

  /** Each stage works on what the one before made. */
  private async pipe({ input: { stages, input }, tenant }: CascadePlan, calls: StageCalls): Promise<void> {
    let current: CallInput = input;
    for (const [index, { model, transform }] of stages.entries()) {
      const name = stageName(index);
      const asked = await askStage(index, { model, input: current }, calls);
      throwIfCancelled();
      if (!asked.ok) {
        this.book.end(name, 'failed', { error: asked.error });
        // The best so far is what the stages before have made of it.
        if (asked.error.type === 'BudgetExceeded' && index > 0) return;
        throw asCadenzaError(asked.error, `stage ${index} (${model}): `);
      }
      this.stages.push({ model, ...answererOf(asked), input: current, output: asked.output, accepted: true });
      const made = await transformStage(index, transform, asked.output, tenant, calls);
      this.book.end(name, 'completed');
      this.final = { finalResult: made ?? asked.output, decision: { stage: index, accepted: true, by: 'accepted' } };
      current = nextInput(input, asked.output, made);
    }
  }

  private calls(plan: CascadePlan, caller: ModelCaller): StageCalls {
    const { task, stages } = plan.input;
    const share = Math.floor(RESULT_LIMIT_BYTES / (2 * stages.length));
    return {
      caller,
      book: this.book,
      task,
      pins: plan.pins,
      inlineLimit: Math.min(INLINE_LIMIT_BYTES, share),
      stageName,
    };
  }

  private result(): CascadeResult {
    return {
      ...this.final,
      cascadeResults: this.stages,
      ...this.ending(),
    };
  }
}

function answererOf({ answeredBy }: { answeredBy?: string }): { answeredBy?: string } {
  return answeredBy === undefined ? {} : { answeredBy };
}

function stageName(index: number): string {
  return `stages[${index}]`;
}
