import { workflowInfo } from '@temporalio/workflow';
import type { DeadLetter, DeadLetterChoice, HandledOutcome, NamedSubscription } from '../contracts/event-messages';
import type { CloudEvent } from '../contracts/event.schema';
import type { FailureInfo } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import type { RunStatus } from '../contracts/run';
import { isOutcome, matchesType } from '../core/events/event-types';
import { admitEvent } from '../core/events/admit-event';
import { completedEvent, emittedEvent, failedEvent } from '../core/events/outcome-events';
import { usageBySubscription } from '../core/events/router-progress';
import type { Handling, QueuedEvent, RouterState } from '../core/events/router-state';
import { countRecent, subscriptionOf } from '../core/events/router-state';
import { SeenEvents } from '../core/events/seen-events';
import { Spool } from '../core/events/spool';
import { resolveInputs } from '../core/graph/resolve-mappings';
import { OVERSIZED, oversizedEvent } from '../core/events/refusals';
import { isoTime } from '../core/iso-time';
import { addUsage, showUsage } from '../core/usage';
import { values } from './activity-proxies';
import { DeadLetters } from './dead-letters';
import { describeFailure } from './run-failure';
import { followPaths } from './run-step';
import { leaveOutcome } from './search';

/** JSON characters of subscriptions that go into each routing activity. */
const INLINE_SUBSCRIPTIONS = 2_000;

/** What a router knows, and how it keeps account: the events that wait, the dead letters, the counts. */
export class RouterBook {
  readonly queue: Spool<QueuedEvent>;
  readonly dead: DeadLetters;
  private readonly seen: SeenEvents;
  private routed: JsonValue | undefined;
  private receiving = 0;

  /** `onReceived` is called when an event has come in later than its signal. */
  constructor(
    readonly state: RouterState,
    private readonly onReceived: () => void,
  ) {
    const { tenant } = state.plan;
    this.queue = new Spool<QueuedEvent>(
      {
        put: (entries) => values.storeValue(tenant, entries as unknown as JsonValue),
        get: async (ref) => (await values.loadValue(tenant, ref)) as unknown as QueuedEvent[],
      },
      state.queue,
    );
    this.dead = new DeadLetters(tenant, state.dead);
    this.seen = new SeenEvents(state.seen);
  }

  /** All of it as the next run takes it over; only while nothing is on its way to the content store. */
  toState(running: readonly Handling[]): RouterState {
    const [queue, seen, dead] = [this.queue.toState(), this.seen.toList(), this.dead.toState()];
    return { ...this.state, queue, seen, dead, running: [...running] };
  }

  /** An event from outside; one that came before is counted and not queued. */
  receive(event: unknown): void {
    this.state.counts.received += 1;
    const { source, id } = (event ?? {}) as Partial<CloudEvent>;
    const isNew = typeof source !== 'string' || typeof id !== 'string' || this.seen.add({ source, id });
    if (!isNew) {
      this.state.counts.repeated += 1;
      return;
    }
    const size = admitEvent(event);
    if (size === 'small') this.queue.push({ event });
    else if (size === 'large') void this.receiveLarge(event as CloudEvent);
    else this.refuse(oversizedEvent(workflowInfo().workflowId, isoTime(Date.now())), 'refused', OVERSIZED);
  }

  /** Events whose data is on its way to the content store. */
  get arriving(): number {
    return this.receiving;
  }

  private async receiveLarge(event: CloudEvent): Promise<void> {
    this.receiving += 1;
    try {
      const data = await values.storeValue(this.state.plan.tenant, event.data);
      this.queue.push({ event: { ...event, data } });
    } catch (error) {
      this.refuse(
        oversizedEvent(workflowInfo().workflowId, isoTime(Date.now())),
        'refused',
        describeFailure(error).info,
      );
    } finally {
      this.receiving -= 1;
      this.onReceived();
    }
  }

  nextNumber(): number {
    this.state.number += 1;
    return this.state.number;
  }

  /** `<type>.completed` and the event that the subscription asks for. Rejects where its mapping leads nowhere. */
  async emittedBy({ event, subscription }: Handling, result: JsonValue): Promise<CloudEvent[]> {
    if (isOutcome(event.type)) return [];
    const completed = completedEvent(event, { result, handler: subscription }, this.emission());
    const emit = subscriptionOf(this.state.plan, subscription)?.emit;
    if (emit === undefined) return completed;
    if (typeof emit === 'string') return [...completed, emittedEvent(event, emit, result, this.emission())];
    const scope = { ...(event as unknown as Record<string, JsonValue>), result };
    const data = await followPaths(resolveInputs({ inputs: emit.data }, scope), this.state.plan.tenant);
    return [...completed, emittedEvent(event, emit.type, data, this.emission())];
  }

  countEnd(subscription: string, outcome: HandledOutcome): void {
    const { counts, bySubscription } = this.state;
    const before = bySubscription[subscription] ?? { handled: 0, failed: 0, usage: { byModel: {} } };
    const failed = 'error' in outcome ? 1 : 0;
    counts.failed += failed;
    counts.handled += 1 - failed;
    bySubscription[subscription] = {
      handled: before.handled + 1 - failed,
      failed: before.failed + failed,
      usage: addUsage(before.usage, outcome.usage),
    };
    this.state.recent = countRecent(this.state.recent, Date.now());
  }

  /** What failed for good for one subscription: a dead letter, and `<type>.failed`. */
  giveUp(event: CloudEvent, subscription: string, error: FailureInfo): void {
    this.bury(event, { reason: 'failed', subscription, error });
    this.enqueue(failedEvent(event, { error, handler: subscription }, this.emission()));
  }

  /** What no handler is tried for. */
  refuse(event: CloudEvent, reason: 'refused' | 'hops', error: FailureInfo): void {
    if (reason === 'refused') this.seen.forget(event);
    this.bury(event, { reason, error });
    if (reason === 'hops') this.enqueue(failedEvent(event, { error, handler: null }, this.emission()));
  }

  bury(event: CloudEvent, why: Pick<DeadLetter, 'reason' | 'subscription' | 'error'>): void {
    if (why.reason !== 'failed') this.state.counts.unhandled += 1;
    this.dead.add({ id: `d${this.nextNumber()}`, event, ...why, at: isoTime(Date.now()) });
  }

  /** Outcomes that nobody subscribes to are not queued. */
  enqueue(events: readonly CloudEvent[]): void {
    const { subscriptions } = this.state.plan;
    for (const event of events) {
      if (isOutcome(event.type) && !subscriptions.some(({ on }) => matchesType(on, event.type))) continue;
      this.queue.push({ event });
    }
  }

  setSubscriptions(subscriptions: NamedSubscription[]): void {
    this.state.plan = { ...this.state.plan, subscriptions };
    this.routed = undefined;
    this.leaveMemo('running');
  }

  /** The subscriptions as the routing activity is given them: stored where they are many. */
  async routedSubscriptions(): Promise<JsonValue> {
    const { subscriptions, tenant } = this.state.plan;
    const value = subscriptions as unknown as JsonValue;
    const isSmall = JSON.stringify(value).length <= INLINE_SUBSCRIPTIONS;
    const routed = this.routed ?? (isSmall ? value : await values.storeValue(tenant, value));
    // They may have changed meanwhile.
    if (this.state.plan.subscriptions === subscriptions) this.routed = routed;
    return routed;
  }

  /** Lets dead letters be handled again, those that failed by their own subscription only; gives how many. */
  retryDead(choice: DeadLetterChoice): Promise<number> {
    return this.dead.takeOut(choice, (letters) => {
      for (const { event, subscription } of letters) {
        this.queue.push({ event, ...(subscription === undefined ? {} : { only: subscription }) });
      }
    });
  }

  dropDead(choice: DeadLetterChoice): Promise<number> {
    return this.dead.takeOut(choice, () => undefined);
  }

  /** What others need to know without asking a Worker: `list`, and who emits. */
  leaveMemo(status: RunStatus): void {
    const { plan, bySubscription, paused } = this.state;
    const usage = showUsage(usageBySubscription(bySubscription));
    const accepts = plan.strict ? { accepts: [...new Set(plan.subscriptions.map(({ on }) => on))] } : {};
    const shown = paused && status === 'running' ? 'paused' : status;
    leaveOutcome({ status: shown, steps: [], usage }, plan.search, { tenant: plan.tenant, ...accepts });
  }

  private emission() {
    return { source: workflowInfo().workflowId, number: this.nextNumber(), time: isoTime(Date.now()) };
  }
}
