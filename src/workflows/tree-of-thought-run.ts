import { workflowInfo } from '@temporalio/workflow';
import type { ContentReference } from '../contracts/content';
import type { GivenInput } from '../contracts/check-input.schema';
import type { JsonValue } from '../contracts/json';
import type { InheritedContext } from '../contracts/step-activity';
import type { CheckOutcome, ScoreOutcome, TreePlan, TreeText } from '../contracts/tree-call';
import type { TreeOfThoughtResult } from '../contracts/tree-of-thought.schema';
import { nextMove, stopSearch } from '../core/tree/next-move';
import { withoutUnpaid } from '../core/tree/out-of-budget';
import { recordAnswers, recordChecks, recordScores, recordThoughts } from '../core/tree/record-outcomes';
import { firstSearch, planSearch } from '../core/tree/search-plan';
import { pathOf, searchResult } from '../core/tree/search-result';
import { nodeOf } from '../core/tree/tree-nodes';
import { treeProgress } from '../core/tree/tree-progress';
import { checkSolved, toldResult } from '../core/tree/tree-result';
import type { Move, Outcome, Search } from '../core/tree/tree-types';
import { system } from './activity-proxies';
import { CallingRun } from './calling-run';
import { ModelCaller } from './model-caller';
import type { BookState } from './pattern-book';
import { PatternBook } from './pattern-book';
import { throwIfCancelled } from './throw-if-cancelled';
import { TreeCalls } from './tree-calls';
import type { StoredSearch } from './tree-storage';
import { loadSearch, storeSearch, storeTree } from './tree-storage';

/** Children that run at once, and nodes that other questions are about at once: what comes after waits for its turn. */
const AT_ONCE = { generate: 100, others: 500 };

/** JSON characters of a tree that stay in the result. */
const TREE_INLINE_CHARACTERS = 256 * 1024;

/** What a run that has grown long hands on to the next one. */
export type CarriedTree = { plan: TreePlan; search: StoredSearch; book: BookState };

/** One run of a tree of thoughts: the core decides, this asks. */
export class TreeOfThoughtRun extends CallingRun<TreeOfThoughtResult> {
  protected readonly book: PatternBook;
  private plan: TreePlan | undefined;
  private search: Search | undefined;
  private stored: ContentReference | undefined;

  /** `carryOn` ends this run and starts the next one with what is handed on; it never resolves. */
  constructor(
    private readonly given: GivenInput<'treeOfThought'>,
    private readonly inherited: InheritedContext | undefined,
    private readonly carried: CarriedTree | undefined,
    private readonly carryOn: (carried: CarriedTree) => Promise<never>,
  ) {
    super();
    this.book = new PatternBook('treeOfThought', carried?.book, () =>
      this.search ? { tree: treeProgress(this.search) } : {},
    );
  }

  async execute(): Promise<TreeOfThoughtResult> {
    const plan = this.carried?.plan ?? (await system.prepareTree(this.given, this.inherited));
    this.plan = plan;
    this.caller = new ModelCaller({ ...plan, budget: plan.input.budget }, this.inherited, this.book);
    const calls = new TreeCalls(plan, this.caller, this.book);
    this.search = this.carried
      ? await loadSearch(plan.tenant, this.carried.search)
      : firstSearch(planSearch(plan.input), plan.input.problem);
    for (;;) {
      const { search, move } = nextMove(this.search);
      this.search = search;
      if (move.kind === 'end') break;
      if (workflowInfo().continueAsNewSuggested) await this.handOver(plan, search);
      this.search = await this.make(move, search, calls, plan);
      throwIfCancelled();
    }
    this.book.close('not needed');
    checkSolved(this.search, searchResult(this.search));
    await this.keepTree(plan);
    return this.result(this.search);
  }

  /** Null before the input was checked. */
  resultSoFar(): TreeOfThoughtResult | null {
    return this.search ? this.result(this.search) : null;
  }

  protected override async keep(): Promise<void> {
    // What keeps a run from ending well must not keep it from ending.
    if (this.plan) await this.keepTree(this.plan).catch(() => undefined);
  }

  /** Asks for what a move is about, and gives the search that knows the outcomes. */
  private async make(
    { kind, nodes: all }: Exclude<Move, { kind: 'end' }>,
    search: Search,
    calls: TreeCalls,
    plan: TreePlan,
  ): Promise<Search> {
    const nodes = all.slice(0, kind === 'generate' ? AT_ONCE.generate : AT_ONCE.others);
    const about = nodes.map((id) => textOf(search, id));
    switch (kind) {
      case 'generate':
        return this.recorded(search, 'generate', await calls.expand(about), recordThoughts);
      case 'evaluate': {
        const voted = search.plan.vote ? all.map((id) => textOf(search, id)) : about;
        return this.recorded(search, 'evaluate', await this.evaluate(voted, search, calls), recordScores);
      }
      case 'check':
        return this.recorded(search, 'goal', await this.check(about, search, calls, plan), recordChecks);
      case 'answer':
        return this.recorded(search, 'answer', await calls.ask('answer', about), recordAnswers);
    }
  }

  /**
   * The search after outcomes came back. A run that is cancelled keeps the tree from before it; one that has nothing
   * left to spend ends with the best so far.
   */
  private recorded<O extends Outcome<object>>(
    search: Search,
    part: string,
    given: readonly O[],
    record: (search: Search, outcomes: readonly O[]) => Search,
  ): Search {
    throwIfCancelled();
    const { outcomes, why } = withoutUnpaid(given);
    const after = record(search, outcomes);
    this.search = after;
    this.book.end(part, 'completed', { note: `level ${treeProgress(after).level}: ${counted(outcomes.length)}` });
    return why === undefined ? after : stopSearch(after, why);
  }

  private async evaluate(about: readonly TreeText[], search: Search, calls: TreeCalls): Promise<ScoreOutcome[]> {
    const isAnswer = ({ node }: TreeText) => nodeOf(search, node).kind === 'answer';
    const groups = [about.filter((text) => !isAnswer(text)), about.filter(isAnswer)];
    const asked = groups.map((group, index) => {
      if (group.length === 0) return [];
      return search.plan.vote ? calls.vote(group, index === 1) : calls.ask('rate', group, index === 1);
    });
    return (await Promise.all(asked)).flat();
  }

  private check(
    about: readonly TreeText[],
    search: Search,
    calls: TreeCalls,
    { input: { isGoal } }: TreePlan,
  ): Promise<CheckOutcome[]> {
    if (typeof isGoal !== 'object' || !('handler' in isGoal)) return calls.ask('check', about);
    return calls.checkByHandler(about, isGoal, (node) => nodeOf(search, node).thought);
  }

  private async handOver(plan: TreePlan, search: Search): Promise<void> {
    await this.caller?.readCut();
    const stored = await storeSearch(plan.tenant, search);
    throwIfCancelled();
    await this.carryOn({ plan, search: stored, book: this.book.state() });
  }

  /** A large tree goes to the content store, and its reference into the result. */
  private async keepTree(plan: TreePlan): Promise<void> {
    if (!this.search || this.stored) return;
    const { nodes } = searchResult(this.search);
    if (JSON.stringify(nodes).length > TREE_INLINE_CHARACTERS) this.stored = await storeTree(plan.tenant, nodes);
  }

  private result(search: Search): TreeOfThoughtResult {
    const shown = searchResult(search);
    const { reason, why = '' } = search.ended ?? {};
    const cutBy = reason === 'stopped' ? `the budget is used up: ${why}` : undefined;
    return {
      tree: this.stored ?? inlineTree(shown.nodes as unknown as JsonValue[]),
      ...toldResult(search, shown),
      ...this.ending(cutBy),
    };
  }
}

function textOf(search: Search, id: number): TreeText {
  return { node: id, path: pathOf(search, id), state: nodeOf(search, id).state };
}

function counted(nodes: number): string {
  return nodes === 1 ? '1 node' : `${nodes} nodes`;
}

/** A tree that nobody could store: how large it is. */
function inlineTree(nodes: JsonValue[]): JsonValue {
  return JSON.stringify(nodes).length > TREE_INLINE_CHARACTERS ? { count: nodes.length } : { nodes };
}
