import type { Span } from '../../client';

/** What a moment of a run goes into, the one that counts first where several things happen at once. */
export const TIME_KINDS = ['model', 'handler', 'inside', 'values', 'retry', 'queue', 'wait', 'between'] as const;
export type TimeKind = (typeof TIME_KINDS)[number];

/** A stretch of time, in milliseconds since 1970. */
export type Interval = { from: number; to: number };

/** Seconds of the wall clock by what they went into; they add up to the run's. */
export type TimeSplit = Record<TimeKind, number>;

/**
 * How a run's wall clock divides: every moment counts once, for the first kind of {@link TIME_KINDS} that something was
 * busy with. `between` is what is left: Temporal, the Workflow, a Worker that was away.
 */
export function splitTime(spans: readonly Span[], whole: Interval): TimeSplit {
  const split = Object.fromEntries(TIME_KINDS.map((kind) => [kind, 0])) as TimeSplit;
  let covered: Interval[] = [];
  for (const kind of TIME_KINDS) {
    if (kind === 'between') break;
    const mine = spans.flatMap((span) => partsOf(span, whole.to).filter((part) => part.kind === kind));
    const before = lengthOf(covered);
    covered = union([...covered, ...mine.map((part) => cut(part, whole))]);
    split[kind] = (lengthOf(covered) - before) / 1000;
  }
  split.between = Math.max(0, (whole.to - whole.from - lengthOf(covered)) / 1000);
  return split;
}

/** The parts of one span by kind, up to now where it goes on. */
export function partsOf(span: Span, now: number): (Interval & { kind: TimeKind })[] {
  const { kind, scheduledAt, startedAt, endedAt = now, attempts } = span;
  if (kind === 'timer') return [{ kind: 'wait', from: scheduledAt, to: endedAt }];
  const busy: TimeKind = kind === 'child' ? (span.type === 'expandThought' ? 'model' : 'inside') : kind;
  const waited: TimeKind = attempts > 1 ? 'retry' : 'queue';
  const begun = startedAt ?? endedAt;
  return [
    ...(begun > scheduledAt ? [{ kind: waited, from: scheduledAt, to: begun }] : []),
    ...(endedAt > begun ? [{ kind: busy, from: begun, to: endedAt }] : []),
  ];
}

/** Intervals that do not touch, in order, which cover the same. */
export function union(intervals: readonly Interval[]): Interval[] {
  const joined: Interval[] = [];
  for (const { from, to } of [...intervals].sort((one, other) => one.from - other.from)) {
    const last = joined.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else if (to > from) joined.push({ from, to });
  }
  return joined;
}

function cut({ from, to }: Interval, whole: Interval): Interval {
  return { from: Math.max(from, whole.from), to: Math.min(to, whole.to) };
}

function lengthOf(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { from, to }) => sum + to - from, 0);
}
