import type { GivenInput } from '../contracts/check-input.schema';
import type { FailureInfo } from '../contracts/failures';
import { CadenzaError } from '../contracts/failures';
import { INLINE_LIMIT_BYTES } from '../contracts/limits';
import type { RoutePlan } from '../contracts/model-call';
import type { RouteDecision, RouteToModelResult } from '../contracts/route-to-model.schema';
import type { InheritedContext } from '../contracts/step-activity';
import { chooseModel, explainRoute } from '../core/routing/choose-model';
import { isUnavailable } from '../core/routing/is-unavailable';
import { system } from './activity-proxies';
import { CallingRun } from './calling-run';
import { ModelCaller } from './model-caller';
import { PatternBook } from './pattern-book';
import type { Selected } from './select-by';
import { selectBy } from './select-by';
import { throwIfCancelled } from './throw-if-cancelled';

/** All attempts of a model that another one stands behind: who waits for days is not available. */
const SECONDS_BEFORE_FALLBACK = 360;

/** One run of routeToModel: what was chosen, and who has been asked. */
export class RouteRun extends CallingRun<RouteToModelResult> {
  protected readonly book = new PatternBook('routeToModel');
  private decision: RouteDecision | undefined;
  private answered: Pick<RouteToModelResult, 'modelUsed' | 'result'> | undefined;
  private readonly reasons: string[] = [];

  constructor(
    private readonly given: GivenInput<'routeToModel'>,
    private readonly inherited?: InheritedContext,
  ) {
    super();
  }

  async execute(): Promise<RouteToModelResult> {
    const plan = await system.prepareRoute(this.given, this.inherited);
    this.caller = new ModelCaller({ ...plan, budget: plan.input.budget }, this.inherited, this.book);
    const { selection, problem }: Selected = await selectBy(plan, this.caller, this.book);
    throwIfCancelled();
    this.decision = chooseModel(plan.candidates, { ...plan.input, selection, textTokens: plan.textTokens });
    this.reasons.push(explainRoute(this.decision, selection));
    if (problem !== undefined) this.reasons.push(problem);
    await this.askInOrder(plan, this.decision.order, this.caller);
    return this.result() as RouteToModelResult;
  }

  /** Null before a model was chosen. */
  resultSoFar(): RouteToModelResult | null {
    return this.result();
  }

  /** The chosen model; where it is unavailable, the one behind it. */
  private async askInOrder(plan: RoutePlan, order: readonly string[], caller: ModelCaller): Promise<void> {
    order.forEach((model) => this.book.expect(`answer: ${model}`));
    for (const [index, model] of order.entries()) {
      const part = `answer: ${model}`;
      const isLast = index === order.length - 1;
      const called = await caller.ask({
        part,
        path: `answer[${index}]`,
        model,
        task: plan.input.task,
        input: plan.input.input,
        settings: {},
        withoutFallback: true,
        givesWay: !isLast,
        inlineLimit: INLINE_LIMIT_BYTES,
        ...(isLast ? {} : { totalSeconds: SECONDS_BEFORE_FALLBACK }),
      });
      throwIfCancelled();
      if (called.ok) {
        this.book.end(part, 'completed');
        this.answered = { modelUsed: model, result: called.outcome.result };
        return;
      }
      this.book.end(part, 'failed', { error: called.error });
      if (isLast || !isUnavailable(called.error.type)) throw failureOf(model, called.error);
      this.reasons.push(`${model} is unavailable (${called.error.type}), so ${order[index + 1]} was asked`);
    }
  }

  private result(): RouteToModelResult | null {
    if (!this.decision) return null;
    return {
      ...(this.answered ?? { modelUsed: this.decision.model, result: null }),
      reason: this.reasons.join('; '),
      decision: this.decision,
      ...this.ending(),
    };
  }
}

function failureOf(model: string, { type, message, field }: FailureInfo): CadenzaError {
  return new CadenzaError(type, message.includes(model) ? message : `model ${model}: ${message}`, { field });
}
