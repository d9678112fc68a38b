import { MAX_TREE_NODES } from './search-plan';
import { changeNodes, nodeOf, withNodes } from './tree-nodes';
import type {
  AnswerOutcome,
  CheckOutcome,
  Drop,
  DropReason,
  NewThought,
  ScoreOutcome,
  Search,
  ThoughtsOutcome,
  TreeNode,
} from './tree-types';

/**
 * The tree after the thoughts of some nodes came back, numbered in the order of the nodes in the frontier, whatever
 * order they came back in. A state that the tree has already, no
 * deeper, is cut before it is paid for; where both are ready for an answer neither is, since the ways to them differ.
 */
export function recordThoughts(search: Search, outcomes: readonly ThoughtsOutcome[]): Search {
  const known = knownStates(search.nodes);
  const nodes = [...search.nodes];
  const drops: Drop[] = [];
  for (const outcome of inOrder(outcomes, search.frontier)) {
    const parent = nodeOf(search, outcome.node);
    if ('failure' in outcome) {
      nodes[parent.id] = { ...parent, expanded: true, pruned: 'generation_failed', failure: outcome.failure };
      continue;
    }
    nodes[parent.id] = { ...parent, expanded: true };
    const room = Math.max(0, MAX_TREE_NODES - nodes.length);
    for (const { ready, ...given } of outcome.thoughts.slice(0, room)) {
      // Where nobody writes answers, a thought that is ready for one is a thought like any other.
      const thought = ready && search.plan.answer === 'ready' ? { ...given, ready } : given;
      nodes.push(childOf(parent, nodes.length, thought, known));
    }
    const over = Math.max(0, outcome.thoughts.length - room);
    drops.push(...dropsOf(parent.id, { ...outcome.dropped, ...(over > 0 && { limit: over }) }));
  }
  return {
    ...search,
    nodes,
    drops: [...search.drops, ...drops],
    expansions: search.expansions + outcomes.length,
  };
}

/** Outcomes in the order of some nodes, and among others in that of their ids. */
function inOrder<T extends { node: number }>(outcomes: readonly T[], nodes: readonly number[]): T[] {
  const places = new Map(nodes.map((id, place) => [id, place]));
  const placeOf = ({ node }: T) => places.get(node) ?? nodes.length;
  return [...outcomes].sort((a, b) => placeOf(a) - placeOf(b) || a.node - b.node);
}

/** For each state the first node that has it and was not cut. */
function knownStates(nodes: readonly TreeNode[]): Map<string, TreeNode> {
  const known = new Map<string, TreeNode>();
  for (const node of nodes) {
    if (node.kind === 'thought' && !node.pruned && !known.has(node.stateKey)) known.set(node.stateKey, node);
  }
  return known;
}

function childOf(parent: TreeNode, id: number, given: NewThought, known: Map<string, TreeNode>): TreeNode {
  const { ready, ...texts } = given;
  const { stateKey } = texts;
  const node: TreeNode = { id, parent: parent.id, depth: parent.depth + 1, kind: 'thought', ...texts };
  if (ready) return { ...node, ready };
  const first = known.get(stateKey);
  if (first && first.depth <= node.depth) return { ...node, pruned: 'repeated_state', repeats: first.id };
  known.set(stateKey, node);
  return node;
}

function dropsOf(parent: number, counts: Partial<Record<DropReason, number>>): Drop[] {
  return Object.entries(counts).flatMap(([reason, count]) =>
    count ? [{ parent, reason: reason as DropReason, count }] : [],
  );
}

/** The tree after some nodes were evaluated. */
export function recordScores(search: Search, outcomes: readonly ScoreOutcome[]): Search {
  const samples = { ...search.samples };
  const changes = new Map<number, Partial<TreeNode>>();
  for (const outcome of outcomes) {
    if ('failure' in outcome) {
      changes.set(outcome.node, { score: null, pruned: 'evaluation_failed', failure: outcome.failure });
      continue;
    }
    changes.set(outcome.node, { score: outcome.score });
    samples.asked += outcome.samples;
    samples.unparsed += outcome.unparsed;
  }
  return { ...withNodes(search, changes), samples };
}

/** The tree after some nodes were checked: an answer that is refused is cut, a thought is only no goal. */
export function recordChecks(search: Search, outcomes: readonly CheckOutcome[]): Search {
  return withNodes(
    search,
    new Map(
      outcomes.map((outcome): [number, Partial<TreeNode>] => {
        if ('failure' in outcome) return [outcome.node, { goal: false, failure: outcome.failure }];
        const refused = !outcome.goal && nodeOf(search, outcome.node).kind === 'answer';
        return [outcome.node, { goal: outcome.goal, ...(refused && { pruned: 'not_a_goal' as const }) }];
      }),
    ),
  );
}

/** The tree after answers were written from some nodes: each is a leaf of its own below its node. */
export function recordAnswers(search: Search, outcomes: readonly AnswerOutcome[]): Search {
  const asked = changeNodes(
    search,
    outcomes.map(({ node }) => node),
    { answered: true },
  );
  const nodes = [...asked.nodes];
  for (const outcome of inOrder(outcomes, [])) {
    const parent = nodeOf({ nodes }, outcome.node);
    if ('failure' in outcome) {
      nodes[parent.id] = { ...parent, failure: outcome.failure };
      continue;
    }
    const { id: parentId, depth, state, stateKey } = parent;
    const answer = { id: nodes.length, parent: parentId, depth: depth + 1, kind: 'answer' as const, state, stateKey };
    const { thought, path } = outcome;
    nodes.push({ ...answer, thought, ...(path === undefined ? {} : { path }) });
  }
  return { ...asked, nodes };
}
