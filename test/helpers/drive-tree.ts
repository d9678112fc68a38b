import jsonata from 'jsonata';
import type { FailureInfo } from '../../src/contracts/failures';
import type { JsonValue } from '../../src/contracts/json';
import type { TreeOfThoughtInput } from '../../src/contracts/tree-of-thought.schema';
import { fillTemplate } from '../../src/core/prompts/template';
import { nextMove } from '../../src/core/tree/next-move';
import { parseProposals, parseSamples } from '../../src/core/tree/parse-thoughts';
import { recordAnswers, recordChecks, recordScores, recordThoughts } from '../../src/core/tree/record-outcomes';
import { scoreOf, voteScores } from '../../src/core/tree/scores';
import { firstSearch, planSearch } from '../../src/core/tree/search-plan';
import type { SearchResult } from '../../src/core/tree/search-result';
import { searchResult, thoughtsTo } from '../../src/core/tree/search-result';
import { stateOfThought } from '../../src/core/tree/thought-state';
import { nodeOf } from '../../src/core/tree/tree-nodes';
import type { NodeText, TreeRole } from '../../src/core/tree/tree-prompts';
import { checkTreePrompts, nodeScope, promptOf, voteScope } from '../../src/core/tree/tree-prompts';
import type { Search, ThoughtsOutcome } from '../../src/core/tree/tree-types';
import { matchLinear } from './match-linear';

/** What a tree asks: the texts of one request with `n` samples. A rejection is a failed branch. */
export type Ask = (prompt: string, n: number, role: TreeRole) => Promise<string[]>;

/** What stands for the goal check: the problem and a thought, or an answer. */
export type IsGoal = (problem: string, thought: string) => boolean;

/** Runs a tree of thoughts as a workflow would: the core decides, this asks. Nodes of a move are asked side by side. */
export async function driveTree(
  input: TreeOfThoughtInput,
  ask: Ask,
  isGoal: IsGoal = () => false,
): Promise<{ search: Search; result: SearchResult }> {
  checkTreePrompts(input);
  let search = firstSearch(planSearch(input), input.problem);
  for (;;) {
    const next = nextMove(search);
    search = next.search;
    const { move } = next;
    // What crosses a workflow's boundary is JSON.
    search = JSON.parse(JSON.stringify(search)) as Search;
    if (move.kind === 'end') return { search, result: searchResult(search) };
    const each = <T extends object>(work: (id: number) => Promise<T>) =>
      Promise.all(move.nodes.map(async (node) => ({ node, ...(await caught(work(node))) })));
    switch (move.kind) {
      case 'generate':
        search = recordThoughts(search, (await each((id) => generate(search, id, input, ask))) as ThoughtsOutcome[]);
        break;
      case 'answer':
        search = recordAnswers(
          search,
          await each(async (id) => ({ thought: (await prompted(search, id, 'answer', input, ask, 1))[0] ?? '' })),
        );
        break;
      case 'check':
        search = recordChecks(
          search,
          await each(async (id) => ({ goal: isGoal(String(input.problem), String(nodeOf(search, id).thought)) })),
        );
        break;
      case 'evaluate':
        search =
          input.evaluate.mode === 'vote'
            ? recordScores(search, await vote(search, move.nodes, input, ask))
            : recordScores(search, await each((id) => evaluate(search, id, input, ask)));
    }
  }
}

async function caught<T>(work: Promise<T>): Promise<T | { failure: FailureInfo }> {
  try {
    return await work;
  } catch (error) {
    return { failure: { type: 'ProviderUnavailable', message: (error as Error).message } };
  }
}

async function generate(search: Search, id: number, input: TreeOfThoughtInput, ask: Ask) {
  const { mode } = input.generate;
  const texts = await prompted(search, id, 'generate', input, ask, mode === 'sample' ? input.numBranches : 1);
  const { thoughts, dropped } =
    mode === 'sample' ? parseSamples(texts, input.numBranches) : parseProposals(texts[0] ?? '', input.numBranches);
  const path = thoughtsTo(search, id).map(String);
  const placed = thoughts.map((thought) => ({ thought, ...stateOfThought(path, thought, input.state, matchLinear) }));
  const kept = placed.flatMap(({ thought, state, stateKey }) =>
    state === undefined || stateKey === undefined ? [] : [{ thought, state, stateKey }],
  );
  const ready = await Promise.all(kept.map(({ state }) => holds(input.answer?.when, { state })));
  return {
    thoughts: kept.map((thought, index) => ({ ...thought, ready: ready[index] === true })),
    dropped: { ...dropped, no_state: placed.length - kept.length },
  };
}

async function holds(expression: string | undefined, scope: Record<string, JsonValue>): Promise<boolean> {
  return expression !== undefined && (await jsonata(expression).evaluate(scope)) === true;
}

async function evaluate(search: Search, id: number, input: TreeOfThoughtInput, ask: Ask) {
  const role = nodeOf(search, id).kind === 'answer' ? 'judge' : 'evaluate';
  const texts = await prompted(search, id, role, input, ask, input.evaluate.samples);
  const { mode, verdicts } = input.evaluate;
  return scoreOf(texts, mode === 'verdict' ? { mode, verdicts: verdicts ?? {} } : { mode: 'number' });
}

async function vote(search: Search, ids: number[], input: TreeOfThoughtInput, ask: Ask) {
  const { template, field } = promptOf('evaluate', input);
  const scope = voteScope(
    input,
    ids.map((id) => textOf(search, id)),
  );
  const texts = await ask(fillTemplate(template, scope, field), input.evaluate.samples, 'evaluate');
  const { scores, unparsed } = voteScores(texts, ids.length);
  return ids.map((node, index) => ({
    node,
    score: scores[index] ?? null,
    samples: index === 0 ? texts.length : 0,
    unparsed: index === 0 ? unparsed : 0,
  }));
}

function prompted(search: Search, id: number, role: TreeRole, input: TreeOfThoughtInput, ask: Ask, n: number) {
  const { template, field } = promptOf(role, input);
  return ask(fillTemplate(template, nodeScope(input, textOf(search, id)), field), n, role);
}

function textOf(search: Search, id: number): NodeText {
  return { path: thoughtsTo(search, id).map(String), state: String(nodeOf(search, id).state) };
}
