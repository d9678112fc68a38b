import { condition, workflowInfo } from '@temporalio/workflow';
import type { Amounts } from '../contracts/budget';
import { AMOUNTS } from '../contracts/budget';
import type { FailureInfo } from '../contracts/failures';
import type { BudgetDecision } from '../contracts/pipeline-messages';
import type { RunIdentity } from '../contracts/step-activity';
import { capsOf } from '../core/budget/budget-scopes';
import { budgetQuestion } from '../core/budget/budget-question';
import { scopeOfField, shownAmount } from '../core/budget/describe-refusal';
import { BUDGET_DECISION_FIELDS, CAP_FIELDS } from '../core/message-rules';
import { system } from './activity-proxies';
import type { OnWait } from './ask-again';
import { checkFields, refuseUpdate } from './refuse-update';
import { describeFailure } from './run-failure';

/**
 * Where a budget of this very pattern asks at its cap, what it had no room for waits here for a person, who raises the
 * cap or refuses to. What another pattern's budget had no room for fails, so that its own run asks and asks again.
 */
export class BudgetGate {
  private readonly own: RunIdentity['budgets'];
  private caps: Partial<Amounts>;
  private decisions = 0;
  private waiting = 0;
  private isRejected = false;

  /** `onChange` is told when it begins and ends to wait. */
  constructor(
    private readonly run: RunIdentity,
    private readonly scope: string,
    private readonly onChange: () => void,
  ) {
    this.own = run.budgets?.filter((budget) => budget.scope === scope && budget.atCap === 'ask');
    this.caps = this.own?.[0]?.caps ?? {};
  }

  get isWaiting(): boolean {
    return this.waiting > 0;
  }

  /** Whether a failure is that of a budget further up that asks: then no part of a result is of use. */
  isAskedAbove({ type, field }: FailureInfo): boolean {
    const scope = type === 'BudgetExceeded' ? scopeOfField(field) : undefined;
    return this.run.budgets?.some((one) => one.scope === scope && one.atCap === 'ask' && scope !== this.scope) ?? false;
  }

  /** Asks, and again after each time that the cap was raised for it. Rejects as `ask` does where it was not. */
  async past<R>(ask: () => Promise<R>, onWait: OnWait = () => undefined): Promise<R> {
    for (;;) {
      const seen = this.decisions;
      try {
        return await ask();
      } catch (error) {
        const { info } = describeFailure(error);
        if (!this.isOwn(info) || this.isRejected) throw error;
        if (this.decisions === seen) await this.decision(seen, info, onWait);
        if (this.isRejected) throw error;
      }
    }
  }

  /** For the validator. @throws ApplicationFailure where nothing waits, or a cap is not raised */
  check(decision: BudgetDecision): void {
    checkFields(decision, 'decision', BUDGET_DECISION_FIELDS);
    const { budget, approved } = decision;
    checkFields(budget, 'budget', CAP_FIELDS, 'budget.');
    if (!this.isWaiting) refuseUpdate('budget', 'nothing waits for a decision about the budget');
    if (!approved) return;
    const caps = capsOf(budget);
    const named = AMOUNTS.filter((name) => caps[name] !== undefined);
    if (named.length === 0) refuseUpdate('budget', 'one of usd, tokens, calls is required');
    for (const name of named) {
      const field = name === 'costNanoUsd' ? 'budget.usd' : `budget.${name}`;
      if (this.caps[name] === undefined) refuseUpdate(field, 'the budget has no such cap');
      if (!Number.isSafeInteger(caps[name]) || (caps[name] as number) <= (this.caps[name] as number)) {
        refuseUpdate(
          field,
          `the new cap must be higher than the one there is, ${shownAmount(name, this.caps[name] as number)}`,
        );
      }
    }
  }

  async decide({ budget, approved }: BudgetDecision): Promise<void> {
    if (approved) {
      const caps = { ...this.caps, ...capsOf(budget) };
      await system.raiseBudget(this.run, this.scope, caps);
      this.caps = caps;
    } else this.isRejected = true;
    this.decisions += 1;
  }

  /** What is short of time is not mended by money. */
  private isOwn({ type, field }: FailureInfo): boolean {
    if (type !== 'BudgetExceeded' || scopeOfField(field) !== this.scope) return false;
    return this.own?.some(({ until }) => until === undefined || until > Date.now()) ?? false;
  }

  private async decision(seen: number, { message }: FailureInfo, onWait: OnWait): Promise<void> {
    this.waiting += 1;
    onWait(budgetQuestion(message, workflowInfo().workflowId));
    this.onChange();
    try {
      await condition(() => this.decisions !== seen);
    } finally {
      this.waiting -= 1;
      onWait(undefined);
      this.onChange();
    }
  }
}
