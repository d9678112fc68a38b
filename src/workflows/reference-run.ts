import type { ContentReference } from '../contracts/content';
import type { GivenInput } from '../contracts/check-input.schema';
import { CadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import type { InheritedContext } from '../contracts/step-activity';
import type { ReferenceLevel, TreePlan } from '../contracts/tree-call';
import type { TreeOfThoughtResult } from '../contracts/tree-of-thought.schema';
import { modelCalls, system } from './activity-proxies';
import { CallingRun } from './calling-run';
import { ModelCaller } from './model-caller';
import { PatternBook } from './pattern-book';
import { throwIfCancelled } from './throw-if-cancelled';

/** A tree in mode `reference`: level by level what the code of the paper does, for comparisons with it. */
export class ReferenceRun extends CallingRun<TreeOfThoughtResult> {
  protected readonly book = new PatternBook('treeOfThought');
  private plan: TreePlan | undefined;
  private readonly steps: ReferenceLevel['step'][] = [];
  private valueCache: ContentReference | undefined;

  constructor(
    private readonly given: GivenInput<'treeOfThought'>,
    private readonly inherited: InheritedContext | undefined,
  ) {
    super();
  }

  async execute(): Promise<TreeOfThoughtResult> {
    const plan = await system.prepareTree(this.given, this.inherited);
    this.plan = plan;
    this.valueCache = plan.input.valueCache;
    const caller = new ModelCaller({ ...plan, budget: plan.input.budget }, this.inherited, this.book);
    this.caller = caller;
    for (let level = 1; level <= plan.input.depth && this.book.overBudget === undefined; level += 1) {
      await this.takeStep(level, plan, caller);
    }
    return this.result(plan);
  }

  resultSoFar(): TreeOfThoughtResult | null {
    return this.plan ? this.result(this.plan) : null;
  }

  private async takeStep(level: number, plan: TreePlan, caller: ModelCaller): Promise<void> {
    const path = `level[${level}]`;
    const { generate = '', evaluate = '' } = plan.models;
    this.book.start(path, [...new Set([generate, evaluate])]);
    const onWait = (note: string | undefined) => this.book.waits(path, note);
    const { referenceLevel } = modelCalls({
      summary: `${path}: ${generate}`,
      taskQueue: caller.queueOf(generate),
      onWait,
    });
    const ys = this.steps.at(-1)?.selected ?? [''];
    const { run, stepPrefix } = caller;
    try {
      const call = { run, step: stepPrefix + path, setup: plan.setup, ys, valueCache: this.valueCache };
      const { step, valueCache, usage, attempts } = await caller.gate.past(() => referenceLevel(call), onWait);
      this.book.spend(path, usage, attempts);
      this.steps.push(step);
      this.valueCache = valueCache;
      this.book.end(path, 'completed');
    } catch (error) {
      const failure = await caller.failed(path, path, error);
      throwIfCancelled();
      this.book.end(path, 'failed', { error: failure });
      if (failure.type === 'BudgetExceeded' && level > 1) return;
      throw new CadenzaError(failure.type, `level ${level}: ${failure.message}`, { field: failure.field });
    }
  }

  /** The first leaf is the solution: what this mode does not do is check them. */
  private result({ input }: TreePlan): TreeOfThoughtResult {
    const last = this.steps.at(-1);
    const leaf = last?.selected[0];
    const lines = leaf?.trim().split('\n') ?? [];
    const score = last && leaf !== undefined ? (last.values[last.newYs.indexOf(leaf)] ?? null) : null;
    return {
      tree: { steps: this.steps, valueCache: this.valueCache ?? null } as unknown as JsonValue,
      bestPath: leaf === undefined ? [] : [input.problem, ...lines],
      bestScore: score,
      finalSolution: lines.at(-1) ?? null,
      verified: false,
      ended: this.steps.length === input.depth ? 'depth' : 'running',
      ...this.ending(),
    };
  }
}
