import {
  allHandlersFinished,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { EmitRequest, HandledOutcome, HandledReport, RoutedEvent } from '../contracts/event-messages';
import type { FailureInfo } from '../contracts/failures';
import type { RunProgress, RunStatus } from '../contracts/run';
import { isOutcome } from '../core/events/event-types';
import { isHandledReport } from '../core/events/handled-report';
import { hopLimit, unknownType } from '../core/events/refusals';
import { routerMarkdown, routerProgress } from '../core/events/router-progress';
import type { Handling, QueuedEvent, RouterState } from '../core/events/router-state';
import { startable, subscriptionOf } from '../core/events/router-state';
import { values } from './activity-proxies';
import { pauseAfterTrouble } from './pause-after-trouble';
import { RouterBook } from './router-book';
import { RouterSteering } from './router-steering';
import { reportToSignal } from './router-messages';
import { describeFailure } from './run-failure';
import { handlerWorkflowId, runHandlerWorkflow } from './run-handler-workflow';

/** Events that are routed together, in one activity. */
const ROUTED_AT_ONCE = 25;
/** Handlings that wait for a place or for their turn; what comes after them stays in the queue. */
const MAX_WAITING = 50;
/** A server refuses more signals than 10,000 to one run. */
const MAX_SIGNALS = 4_000;
/** How long handlers may take to end before the router continues as new without them. */
const DRAIN_MS = 2_000;

/** One run of a router: takes events, routes them, and has them handled. */
export class RouterRun {
  readonly book: RouterBook;
  readonly steering: RouterSteering;
  private readonly running: Map<string, Handling>;
  /** Those that an earlier run has started. */
  private readonly left: readonly string[];
  /** Those that report by a signal. */
  private readonly reporting: Set<string>;
  private readonly finishing = new Set<string>();
  private readonly own = new Set<Promise<void>>();
  private readonly routing = new CancellationScope();
  private isRouting = false;
  private beingRouted: QueuedEvent[] = [];
  private isDraining = false;
  private signals = 0;
  private version = 0;
  private status: RunStatus = 'running';

  constructor(state: RouterState) {
    this.book = new RouterBook(state, () => this.wake());
    this.steering = new RouterSteering(this.book, () => this.wake());
    this.running = new Map(state.running.map((handling) => [handling.id, handling]));
    this.left = [...this.running.keys()];
    this.reporting = new Set(this.left);
  }

  /** Serves until the run has grown long, and gives what the next one starts from. Rejects when it is cancelled. */
  async serve(): Promise<RouterState> {
    if (this.left.length > 0) void this.settleLost();
    try {
      for (;;) {
        const seen = this.version;
        this.pump();
        setCurrentDetails(routerMarkdown(this.progress()));
        if (this.isLong()) return await this.handOver();
        await condition(() => this.version !== seen || this.isLong());
      }
    } catch (error) {
      this.status = isCancellation(error) ? 'cancelled' : 'failed';
      await CancellationScope.nonCancellable(() => this.endHandlers());
      this.book.leaveMemo(this.status);
      throw error;
    }
  }

  /** Says that something has changed which the loop goes by. */
  wake(): void {
    this.version += 1;
  }

  receive(request: EmitRequest): void {
    this.signals += 1;
    const events: unknown = (request as Partial<EmitRequest> | null)?.events;
    for (const event of Array.isArray(events) ? (events as unknown[]) : [request]) this.book.receive(event);
    this.wake();
  }

  /** A report of a handler that an earlier run has started. */
  handled(report: HandledReport): void {
    // Anyone can signal: those that were not asked for a report tell their parent.
    if (isHandledReport(report) && this.reporting.has(report.handling))
      void this.finish(report.handling, report.outcome);
  }

  progress(): RunProgress {
    const { state, queue, dead, arriving } = this.book;
    const status = state.paused && this.status === 'running' ? 'paused' : this.status;
    const running = [...this.running.values()];
    const backlog = arriving + queue.length + this.beingRouted.length + state.waiting.length;
    return routerProgress(state, { status, backlog, running, deadLetters: dead.length, now: Date.now() });
  }

  /** Starts all that can be: handlers, the routing of what waits, the moving of what is too much. */
  private pump(): void {
    const { queue, dead, state } = this.book;
    if (queue.isFull) void this.tryAgain(() => queue.spill());
    if (dead.isFull) void this.tryAgain(() => dead.spill());
    if (state.paused || this.isDraining) return;
    for (const handling of startable(state.waiting, [...this.running.values()], state.plan.maxParallel)) {
      state.waiting = state.waiting.filter((one) => one !== handling);
      const ended = this.handle(handling).finally(() => this.own.delete(ended));
      this.own.add(ended);
    }
    if (!this.isRouting && queue.isReady && state.waiting.length < MAX_WAITING) {
      void this.routing.run(() => this.route()).catch(() => undefined);
    }
  }

  /** Finds who takes the oldest events. Where that fails they go back, and it is tried again after a while. */
  private async route(): Promise<void> {
    this.isRouting = true;
    try {
      const subscriptions = await this.book.routedSubscriptions();
      const taken = await this.book.queue.take(ROUTED_AT_ONCE);
      this.beingRouted = taken;
      const events = taken.map(({ event }) => event);
      const routed = await values.routeEvents(this.book.state.plan.tenant, subscriptions, events);
      for (const one of routed) {
        if (this.book.state.waiting.length >= MAX_WAITING) break;
        this.accept(one, this.beingRouted[0]?.only);
        this.beingRouted = this.beingRouted.slice(1);
      }
    } catch (error) {
      if (!isCancellation(error)) await pauseAfterTrouble().catch(() => undefined);
    } finally {
      this.book.queue.putBack(this.beingRouted);
      this.beingRouted = [];
      this.isRouting = false;
      this.wake();
    }
  }

  private accept(routed: RoutedEvent, only: string | undefined): void {
    const { event } = routed;
    const { state } = this.book;
    if ('refused' in routed) return this.book.refuse(event, 'refused', routed.refused);
    // What says that an event went too far is one hop further, and so is what comes of handling that.
    if (event.hops > state.plan.maxHops + (isOutcome(event.type) ? 2 : 0))
      return this.book.refuse(event, 'hops', hopLimit(event));
    const takers = routed.takers.filter(({ subscription }) => only === undefined || subscription === only);
    for (const { subscription, orderKey, failed } of takers) {
      if (failed) {
        this.book.countEnd(subscription, { error: failed, usage: { byModel: {} } });
        this.book.giveUp(event, subscription, failed);
      } else {
        const order = orderKey === undefined ? {} : { orderKey };
        state.waiting.push({ id: `e${this.book.nextNumber()}`, event, subscription, ...order });
      }
    }
    if (takers.length > 0) return;
    if (only !== undefined && !subscriptionOf(state.plan, only)) {
      return this.book.bury(event, { reason: 'unhandled', subscription: only });
    }
    if (routed.filtered > 0) state.counts.filtered += 1;
    else if (state.plan.strict && event.hops === 0) this.book.refuse(event, 'refused', unknownType(event));
    else if (!isOutcome(event.type)) this.book.bury(event, { reason: 'unhandled' });
  }

  private async handle(handling: Handling): Promise<void> {
    const { plan } = this.book.state;
    const subscription = subscriptionOf(plan, handling.subscription);
    if (!subscription) {
      this.book.bury(handling.event, { reason: 'unhandled', subscription: handling.subscription });
      return this.wake();
    }
    this.running.set(handling.id, handling);
    await this.finish(handling.id, await runHandlerWorkflow(handling, subscription, plan.labels));
  }

  /** Takes account of an outcome, once, and of what it emits. */
  private async finish(id: string, given: HandledOutcome): Promise<void> {
    const handling = this.running.get(id);
    if (!handling || this.finishing.has(id) || this.status !== 'running') return;
    if (CancellationScope.current().consideredCancelled) return;
    this.finishing.add(id);
    const { event, subscription } = handling;
    const emitted = 'error' in given ? [] : await this.book.emittedBy(handling, given.result).catch(failureInfo);
    const outcome = Array.isArray(emitted) ? given : { error: emitted, usage: given.usage };
    this.book.countEnd(subscription, outcome);
    if ('error' in outcome) this.book.giveUp(event, subscription, outcome.error);
    else if (Array.isArray(emitted)) this.book.enqueue(emitted);
    this.running.delete(id);
    this.finishing.delete(id);
    this.wake();
  }

  private isLong(): boolean {
    return workflowInfo().continueAsNewSuggested || this.signals >= MAX_SIGNALS;
  }

  /** Waits for what ends soon, asks the rest to report to the next run, and gives the state at a moment of rest. */
  private async handOver(): Promise<RouterState> {
    this.isDraining = true;
    // The state that is carried over is bounded, so what is too much goes on being moved.
    void this.keepMoving();
    await condition(() => this.running.size === 0 && !this.isRouting, DRAIN_MS, {
      summary: 'what ends soon is waited for',
    });
    this.routing.cancel();
    // Those of an earlier run were asked by it.
    const own = [...this.running.keys()].filter((id) => !this.left.includes(id));
    await Promise.all(own.map((id) => this.askForReport(id)));
    await condition(() => allHandlersFinished() && !this.isRouting && this.finishing.size === 0 && this.isBookAtRest());
    return this.book.toState([...this.running.values()]);
  }

  private async keepMoving(): Promise<void> {
    for (let seen = this.version; ; seen = this.version) {
      this.pump();
      await condition(() => this.version !== seen);
    }
  }

  private isBookAtRest(): boolean {
    const { queue, dead, arriving } = this.book;
    return !queue.isMoving && !queue.isFull && !dead.isBusy && !dead.isFull && arriving === 0;
  }

  private async askForReport(id: string): Promise<void> {
    const { workflowId } = workflowInfo();
    this.reporting.add(id);
    const handle = getExternalWorkflowHandle(handlerWorkflowId(id));
    for (let asked = false; !asked && this.running.has(id);) {
      asked = await handle.signal(reportToSignal, workflowId).then(
        () => true,
        () => false,
      );
      // It has ended, and its outcome is about to come; or it has not started yet.
      if (!asked) await condition(() => !this.running.has(id), DRAIN_MS, { summary: 'a report is asked for again' });
    }
  }

  /** Handlers of an earlier run that were ended from outside send no report. */
  private async settleLost(): Promise<void> {
    const open = this.left.filter((id) => this.running.has(id));
    const ended = await values.endedRuns(open.map(handlerWorkflowId)).catch((): string[] => []);
    const error: FailureInfo = { type: 'Terminated', message: 'its handler ended without a report of its outcome' };
    for (const id of open.filter((one) => ended.includes(handlerWorkflowId(one)))) {
      void this.finish(id, { error, usage: { byModel: {} } });
    }
  }

  /** Cancels every handler, and waits for those of this run. */
  private async endHandlers(): Promise<void> {
    for (const id of this.left.filter((one) => this.running.has(one))) {
      await getExternalWorkflowHandle(handlerWorkflowId(id))
        .cancel()
        .catch(() => undefined);
    }
    await Promise.all(this.own);
  }

  private async tryAgain(work: () => Promise<void>): Promise<void> {
    await work().catch(() => pauseAfterTrouble().catch(() => undefined));
    this.wake();
  }
}

function failureInfo(error: unknown): FailureInfo {
  return describeFailure(error).info;
}
