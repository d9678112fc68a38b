import type { DeadLetterChoice } from '../contracts/event-messages';
import { shown, suggestion } from '../contracts/nearest-name';
import type { JsonObject } from '../contracts/json';
import { subscriptionOf } from '../core/events/router-state';
import { bytesOf, isDeeperThan, MAX_NESTING } from '../core/json-size';
import { MAX_SUBSCRIPTION_BYTES, SUBSCRIPTION_NAME } from '../core/message-rules';
import { system } from './activity-proxies';
import { checkValue, refuseUpdate } from './refuse-update';
import type { RouterBook } from './router-book';
import { asRunFailure } from './run-failure';

/** For the validator: the rest is checked by an activity. @throws ApplicationFailure for what is no subscription at all */
export function checkSubscribing(given: unknown): void {
  checkValue(given, 'subscription', { is: 'object' });
  if (isDeeperThan(given as JsonObject, MAX_NESTING)) refuseUpdate('subscription', `deeper than ${MAX_NESTING} levels`);
  const bytes = bytesOf(given);
  if (bytes > MAX_SUBSCRIPTION_BYTES)
    refuseUpdate('subscription', `has ${bytes} bytes, at most ${MAX_SUBSCRIPTION_BYTES}`);
}

/** What people tell a router while it goes on. */
export class RouterSteering {
  /** `wake` is called after each change. */
  constructor(
    private readonly book: RouterBook,
    private readonly wake: () => void,
  ) {}

  async subscribe(given: unknown): Promise<string> {
    const { plan } = this.book.state;
    const subscription = await system.checkSubscription(given, plan.subscriptions).catch(asRunFailure);
    if (subscriptionOf(this.book.state.plan, subscription.name))
      refuseUpdate('name', `"${subscription.name}" is taken`);
    this.book.setSubscriptions([...this.book.state.plan.subscriptions, subscription]);
    this.wake();
    return subscription.name;
  }

  checkUnsubscribing(name: string): void {
    checkValue(name, 'name', SUBSCRIPTION_NAME);
    const names = this.book.state.plan.subscriptions.map((subscription) => subscription.name);
    if (names.includes(name)) return;
    refuseUpdate('name', `there is no subscription "${shown(name)}"${suggestion(name, names)}`);
  }

  /** What runs goes on to its end; what waits for it becomes a dead letter. */
  unsubscribe(name: string): void {
    const { state } = this.book;
    const waiting = state.waiting.filter(({ subscription }) => subscription === name);
    state.waiting = state.waiting.filter(({ subscription }) => subscription !== name);
    for (const { event } of waiting) this.book.bury(event, { reason: 'unhandled', subscription: name });
    this.book.setSubscriptions(state.plan.subscriptions.filter((subscription) => subscription.name !== name));
    this.wake();
  }

  checkPausing(paused: boolean): void {
    if (this.book.state.paused === paused) refuseUpdate('router', paused ? 'is paused already' : 'is not paused');
  }

  /** Events are taken while it is paused; no handler starts. */
  setPaused(paused: boolean): void {
    this.book.state.paused = paused;
    this.book.leaveMemo('running');
    this.wake();
  }

  async retryDead(choice: DeadLetterChoice): Promise<number> {
    const count = await this.book.retryDead(choice);
    this.wake();
    return count;
  }

  dropDead(choice: DeadLetterChoice): Promise<number> {
    return this.book.dropDead(choice);
  }
}
