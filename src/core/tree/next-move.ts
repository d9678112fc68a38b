import { CadenzaError } from '../../contracts/failures';
import { advanceBeam } from './beam-search';
import { advanceOneByOne } from './one-by-one-search';
import { withNodes } from './tree-nodes';
import type { EndReason, Move, Search, TreeNode } from './tree-types';

/** The search after what could be decided without asking anybody, and what to ask for next. */
export type NextMove = { search: Search; move: Move };

/**
 * What a search does next. Whatever the strategy: it ends at a node that passed the goal check; checks come before
 * answers, answers before evaluations, and only when none of these is open are thoughts chosen and expanded.
 * The same search gives the same move, however often it is asked.
 * @throws CadenzaError `Internal` where a defect keeps it from coming to a move
 */
export function nextMove(given: Search): NextMove {
  let search = given;
  // Every turn cuts, marks or passes a node, or ends: more turns than that are a defect, and must not hang a Worker.
  for (let turns = 0; turns <= 4 * given.nodes.length + 10; turns += 1) {
    if (search.ended) return { search, move: { kind: 'end', reason: search.ended.reason } };
    if (search.nodes.some(({ goal }) => goal === true)) {
      search = endSearch(search, 'goal');
      continue;
    }
    const check = search.plan.check === 'none' ? [] : search.nodes.filter((node) => needsCheck(node, search));
    if (check.length > 0) return moveOf(search, 'check', check);
    const answer = readyForAnswer(search);
    if (answer.length > 0) return moveOf(search, 'answer', answer);
    const unscored = search.nodes.filter((node) => needsScore(node, search));
    if (unscored.length > 0) {
      search = withKnownScores(search, unscored);
      const evaluate = unscored.filter(({ id }) => search.nodes[id]?.score === undefined);
      if (evaluate.length > 0) return moveOf(search, 'evaluate', evaluate);
      continue;
    }
    const step = search.plan.search === 'bfs' ? advanceBeam(search) : advanceOneByOne(search);
    search = step.search;
    if (step.generate) return { search, move: { kind: 'generate', nodes: step.generate } };
  }
  throw new CadenzaError('Internal', `a search of ${given.nodes.length} nodes does not come to its next move`);
}

/** The search ended from outside: a budget, a deadline, a cancelled run. It keeps the best so far. */
export function stopSearch(search: Search, why: string): Search {
  return search.ended ? search : { ...search, ended: { reason: 'stopped', why } };
}

function endSearch(search: Search, reason: EndReason): Search {
  return { ...search, ended: { reason } };
}

function moveOf(search: Search, kind: 'check' | 'answer' | 'evaluate', nodes: readonly TreeNode[]): NextMove {
  return { search, move: { kind, nodes: nodes.map(({ id }) => id) } };
}

function needsCheck({ kind, goal, pruned, kept }: TreeNode, { plan }: Search): boolean {
  if (goal !== undefined || pruned) return false;
  switch (plan.check) {
    case 'none':
      return false;
    case 'thoughts':
      return kind === 'thought';
    case 'selected':
      return kind === 'thought' && kept === true;
    case 'answers':
      return kind === 'answer';
  }
}

/**
 * Of the nodes that wait for an answer, the first of each state: others of that state come after it was refused, at most
 * as many as the beam is wide.
 */
function readyForAnswer({ nodes, plan }: Search): TreeNode[] {
  if (plan.answer === 'none') return [];
  const tries = new Map<string, number>();
  for (const { answered, stateKey } of nodes) if (answered) tries.set(stateKey, (tries.get(stateKey) ?? 0) + 1);
  const most = plan.check === 'answers' ? plan.beamWidth : 1;
  const states = new Set<string>();
  return nodes.filter(({ ready, answered, pruned, stateKey }) => {
    if (!ready || answered || pruned || states.has(stateKey) || (tries.get(stateKey) ?? 0) >= most) return false;
    states.add(stateKey);
    return true;
  });
}

function needsScore(node: TreeNode, { plan, nodes }: Search): boolean {
  const { kind, score, pruned, ready, depth } = node;
  if (score !== undefined || pruned || kind === 'root') return false;
  // Checked answers need no score, and the one answer of the best leaf has nothing to be compared with.
  if (kind === 'answer') return plan.check !== 'answers' && nodes.filter((other) => other.kind === 'answer').length > 1;
  if (ready) return false;
  // On the last level, what can neither become an answer nor be expanded is not worth a call.
  return !(depth === plan.depth && plan.answer === 'ready' && plan.check === 'answers');
}

/** A state that was evaluated before has its score without another call; a vote's score means nothing elsewhere. */
function withKnownScores(search: Search, unscored: readonly TreeNode[]): Search {
  if (search.plan.vote) return search;
  const known = new Map<string, number | null>();
  for (const { kind, score, stateKey, pruned } of search.nodes) {
    if (kind === 'thought' && score !== undefined && pruned !== 'evaluation_failed') known.set(stateKey, score);
  }
  const repeats = unscored.filter(({ kind, stateKey }) => kind === 'thought' && known.has(stateKey));
  return withNodes(search, new Map(repeats.map(({ id, stateKey }) => [id, { score: known.get(stateKey) ?? null }])));
}
