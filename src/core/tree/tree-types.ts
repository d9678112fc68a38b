import type { FailureInfo } from '../../contracts/failures';
import type { JsonValue } from '../../contracts/json';
import type { DropReason } from '../../contracts/tree-call';

/** Why a branch was cut. */
export type PruneReason =
  | 'outside_beam'
  | 'below_threshold'
  | 'too_many_children'
  | 'repeated_state'
  | 'not_a_goal'
  | 'generation_failed'
  | 'evaluation_failed';

/**
 * A thought of the tree, as plain data. Ids count from 0, the root, in the order in which thoughts were generated, so
 * that a parent comes before its children. `thought` and `state` may be content references: nothing here reads them.
 */
export type TreeNode = {
  id: number;
  parent: number | null;
  depth: number;
  kind: 'root' | 'thought' | 'answer';
  thought: JsonValue;
  state: JsonValue;
  /** Equal for equal states: the normalized text or a hash of it. */
  stateKey: string;
  /** Where the thoughts up to here are stored together, as a list, where they are long. */
  path?: JsonValue;
  /** Undefined before evaluation, null where no sample could be parsed. */
  score?: number | null;
  /** What the goal check said; undefined before it. */
  goal?: boolean;
  /** An answer may be written from it; one was asked for. */
  ready?: boolean;
  answered?: boolean;
  /** It was chosen to go on from; its thoughts were generated. */
  kept?: boolean;
  expanded?: boolean;
  pruned?: PruneReason;
  /** The node whose state it repeats. */
  repeats?: number;
  failure?: FailureInfo;
};

/** Thoughts of one parent that never became nodes. */
export type Drop = { parent: number; reason: DropReason; count: number };

/** What was chosen of a level of the beam. `tie`: the last one in and the first one out had the same score. */
export type LevelReport = { depth: number; candidates: number; kept: number; tie: boolean };

export const END_REASONS = [
  'goal',
  'depth',
  'exhausted',
  'max_states',
  'no_thoughts',
  'all_failed',
  'stopped',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** A search's settings, in the form in which they decide. */
export type SearchPlan = {
  search: 'bfs' | 'dfs' | 'best-first';
  depth: number;
  branches: number;
  beamWidth: number;
  select: 'greedy' | 'sample';
  seed: number;
  /** Most nodes whose thoughts are generated. */
  maxStates: number;
  maxChildren: number;
  pruneBelow: number;
  /** Candidates are scored against each other, so a score says nothing outside its group. */
  vote: boolean;
  /** What the goal check is asked of: every thought before it is evaluated, those chosen, or answers only. */
  check: 'none' | 'thoughts' | 'selected' | 'answers';
  /** Answers are written from the thoughts that are `ready`, or from the leaves. */
  answer: 'none' | 'ready' | 'leaves';
};

/** All that a search knows, as plain data. */
export type Search = {
  plan: SearchPlan;
  nodes: TreeNode[];
  drops: Drop[];
  levels: LevelReport[];
  /** bfs: the nodes to expand together. Others: those that may be visited, the next one of a depth-first search last. */
  frontier: number[];
  /** bfs: the depth of the frontier. */
  level: number;
  /** dfs, best-first: the node that was expanded last. */
  current: number | null;
  /** Nodes whose thoughts were asked for. */
  expansions: number;
  samples: { asked: number; unparsed: number };
  ended?: { reason: EndReason; why?: string; failure?: FailureInfo };
};

/** What a search asks for next. The nodes of a move are independent of each other. */
export type Move =
  | { kind: 'generate' | 'evaluate' | 'check' | 'answer'; nodes: number[] }
  | { kind: 'end'; reason: EndReason };

export type {
  AnswerOutcome,
  CheckOutcome,
  DropReason,
  NewThought,
  Outcome,
  ScoreOutcome,
  ThoughtsOutcome,
} from '../../contracts/tree-call';
