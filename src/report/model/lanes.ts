import type { Span } from '../../client';
import type { Interval, TimeKind } from './time-split';
import { partsOf, union } from './time-split';

/** One row of the time line. */
export type Lane = {
  name: string;
  models: string[];
  /** What it was busy with, over all of its spans; pieces that touch are one. */
  pieces: (Interval & { kind: TimeKind; outcome: 'good' | 'bad' | 'open' })[];
  spans: number;
  attempts: number;
  /** Seconds of work, of waiting for a Worker or a next attempt; sums over the spans. */
  busySeconds: number;
  waitedSeconds: number;
  from: number;
  to: number;
};

/** Up to so many spans have a row each; more are put together by what they belong to. */
const MOST_ROWS = 40;

/** The rows of a time line, in the order of their beginnings. Work on stored values has no row of its own. */
export function lanesOf(spans: readonly Span[], now: number): Lane[] {
  const shown = spans.filter(({ kind }) => kind !== 'values');
  const nameOf = shown.length <= MOST_ROWS ? fullName : groupName;
  const groups = groupBy(shown, nameOf);
  return [...groups].map(([name, group]) => laneOf(name, group, now)).sort((one, other) => one.from - other.from);
}

function laneOf(name: string, spans: readonly Span[], now: number): Lane {
  const parts = spans.flatMap((span) => partsOf(span, now).map((part) => ({ ...part, outcome: outcomeOf(span) })));
  const keys = [...new Set(parts.map(({ kind, outcome }) => `${kind} ${outcome}`))];
  const pieces = keys.flatMap((key) => {
    const [kind, outcome] = key.split(' ') as [TimeKind, Lane['pieces'][number]['outcome']];
    const mine = parts.filter((part) => part.kind === kind && part.outcome === outcome);
    return union(mine).map((piece) => ({ ...piece, kind, outcome }));
  });
  const secondsOf = (waits: boolean) =>
    parts.filter(({ kind }) => isWait(kind) === waits).reduce((sum, { from, to }) => sum + (to - from) / 1000, 0);
  return {
    name,
    models: [...new Set(spans.flatMap(({ models }) => models))],
    pieces,
    spans: spans.length,
    attempts: Math.max(...spans.map(({ attempts }) => attempts)),
    busySeconds: secondsOf(false),
    waitedSeconds: secondsOf(true),
    from: Math.min(...spans.map(({ scheduledAt }) => scheduledAt)),
    to: Math.max(...spans.map(({ endedAt }) => endedAt ?? now)),
  };
}

function isWait(kind: TimeKind): boolean {
  return kind === 'queue' || kind === 'retry' || kind === 'wait';
}

function outcomeOf({ outcome }: Span): Lane['pieces'][number]['outcome'] {
  if (outcome === 'open') return 'open';
  return outcome === 'completed' ? 'good' : 'bad';
}

/** The step, or what the Temporal UI calls it. */
export function fullName({ step, summary, type }: Span): string {
  if (type === 'handleEvent') return summary ?? step ?? type;
  return step ?? summary ?? type;
}

/** `members[3][2]` and `members[4]` are `members`, `expand[17]` is `expand`. */
function groupName(span: Span): string {
  return fullName(span).replace(/[[/:].*$/, '');
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
