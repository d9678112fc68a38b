import type { DeadLetterList, NamedSubscription, RouterPlan } from '../../contracts/event-messages';
import type { CloudEvent } from '../../contracts/event.schema';
import type { CallUsage } from '../../contracts/usage';
import type { SpoolState } from './spool';

/** An event that waits to be routed; after a retry for one subscription only. Not checked yet: anyone can signal. */
export type QueuedEvent = { event: unknown; only?: string };

/** An event for one subscription: waiting, or being handled by the workflow of that id. */
export type Handling = { id: string; event: CloudEvent; subscription: string; orderKey?: string };

/** What became of the events of one subscription. */
export type SubscriptionCounts = { handled: number; failed: number; usage: CallUsage };

export type RouterCounts = {
  received: number;
  repeated: number;
  handled: number;
  failed: number;
  unhandled: number;
  filtered: number;
};

/** All that a router takes along when it continues as new. */
export type RouterState = {
  plan: RouterPlan;
  startedAt: number;
  paused: boolean;
  /** Numbers handlings, emitted events and dead letters. */
  number: number;
  counts: RouterCounts;
  bySubscription: Record<string, SubscriptionCounts>;
  seen: string[];
  queue: SpoolState<QueuedEvent>;
  waiting: Handling[];
  running: Handling[];
  dead: Pick<DeadLetterList, 'chunks' | 'letters'>;
  /** Ends of handlers in each of the last seconds: `[second, count]`. */
  recent: [number, number][];
};

/** A router that has not seen anything. */
export function firstRouterState(plan: RouterPlan, now: number): RouterState {
  return {
    plan,
    startedAt: now,
    paused: false,
    number: 0,
    counts: { received: 0, repeated: 0, handled: 0, failed: 0, unhandled: 0, filtered: 0 },
    bySubscription: {},
    seen: [],
    queue: { head: [], chunks: [], tail: [] },
    waiting: [],
    running: [],
    dead: { chunks: [], letters: [] },
    recent: [],
  };
}

/** The handlings that can start now: those in order wait for the ones before them, all for a free place. */
export function startable(waiting: readonly Handling[], running: readonly Handling[], maxParallel: number): Handling[] {
  const blocked = new Set(running.flatMap(orderOf));
  const chosen: Handling[] = [];
  for (const handling of waiting) {
    if (running.length + chosen.length >= maxParallel) break;
    const order = orderOf(handling);
    if (!order.some((key) => blocked.has(key))) chosen.push(handling);
    order.forEach((key) => blocked.add(key));
  }
  return chosen;
}

function orderOf({ subscription, orderKey }: Handling): string[] {
  return orderKey === undefined ? [] : [`${subscription} ${orderKey}`];
}

/** The counts with one more end of a handler at a time in milliseconds; only the last minute is kept. */
export function countRecent(recent: readonly [number, number][], now: number): [number, number][] {
  const second = Math.floor(now / 1000);
  const kept = recent.filter(([at]) => at > second - 60);
  const last = kept.at(-1);
  if (last?.[0] !== second) return [...kept, [second, 1]];
  return [...kept.slice(0, -1), [second, last[1] + 1]];
}

/** A subscription by its name. */
export function subscriptionOf({ subscriptions }: RouterPlan, name: string): NamedSubscription | undefined {
  return subscriptions.find((subscription) => subscription.name === name);
}
