import type { BatchProgress } from './batch-messages';
import type { FailureInfo } from './failures';
import type { RouterProgress } from './event-messages';
import type { Pattern } from './names';
import type { ShownUsage, Usage } from './usage';

/** Where a run stands, as every command shows it. */
export const RUN_STATUSES = [
  'running',
  'paused',
  'completed',
  'partial',
  'failed',
  'cancelled',
  'terminated',
  'timed_out',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const STEP_STATUSES = ['pending', 'running', 'completed', 'failed', 'skipped'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** Exit status of every command. `interrupted` is a detach: the run goes on. */
export const EXIT = { ok: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/** The exit status that a run's own status stands for. */
export function exitStatusFor(status: RunStatus): number {
  return status === 'failed' || status === 'cancelled' || status === 'terminated' || status === 'timed_out'
    ? EXIT.failed
    : EXIT.ok;
}

/** One step of a run as progress shows it. Times are ISO 8601. */
export type StepProgress = {
  name: string;
  status: StepStatus;
  handler?: string;
  models?: string[];
  startedAt?: string;
  durationSeconds?: number;
  attempts?: number;
  usage?: ShownUsage;
  error?: FailureInfo;
  reason?: string;
  note?: string;
};

/** A tree as it grows. `level` is the depth that has been reached, `depth` the deepest there may be. */
export type TreeProgress = {
  nodes: number;
  level: number;
  depth: number;
  expanded: number;
  pruned: number;
  /** Null before anything has a score. */
  bestScore: number | null;
  verified: boolean;
  /** What stands on each level, the root's left out. */
  levels?: { level: number; nodes: number; pruned: number; bestScore: number | null }[];
};

/** Votes of an ensemble as they come. A long answer stands as its place in the order of the answers. */
export type VoteProgress = {
  /** Places in the ensemble: members, or samples of them. */
  seats: number;
  asked: number;
  valid: number;
  /** The most votes first. */
  ranking: { answer: string; votes: number }[];
};

/** The answer of the `progress` query. */
export type RunProgress = {
  pattern: Pattern;
  definition?: string;
  status: RunStatus;
  startedAt: string;
  steps: StepProgress[];
  usage: Usage;
  /** Of a router only. */
  events?: RouterProgress;
  /** Of a batch only. */
  batch?: BatchProgress;
  /** Of a tree of thoughts only. */
  tree?: TreeProgress;
  /** Of an ensemble only, from the first vote on. */
  votes?: VoteProgress;
};
