import { condition, getExternalWorkflowHandle, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { Callback, Callbacks, Delivery } from '../contracts/callbacks.schema';
import type { EmitRequest } from '../contracts/event-messages';
import { CadenzaError } from '../contracts/failures';
import type { JsonObject } from '../contracts/json';
import { ROUTER_MESSAGES } from '../contracts/names';
import { shown } from '../contracts/nearest-name';
import { isoTime } from '../core/iso-time';
import type { StepState } from '../core/pipeline-state';
import { stepResult } from '../core/pipeline-state';
import { deliverWebhook } from './activity-proxies';
import { describeFailure } from './run-failure';

/** Deliveries at once: a server takes 2,000 pending activities of one run. */
const MAX_AT_ONCE = 50;

/**
 * Tells others of the end of steps, beside the run: nothing waits for it but the run's own end, and what fails is
 * reported and changes nothing else.
 */
export class StepCallbacks {
  private readonly deliveries: (Delivery | undefined)[] = [];
  private readonly running: Promise<void>[] = [];
  private active = 0;
  /** Ends by step: a step that is retried ends again. */
  private readonly ends = new Map<string, number>();

  /** `hops` is how many events stand before what these emit. */
  constructor(
    private readonly callbacks: Callbacks,
    private readonly hops: number,
  ) {}

  stepEnded(state: StepState): void {
    const count = (this.ends.get(state.name) ?? 0) + 1;
    this.ends.set(state.name, count);
    const told = [...(this.callbacks[state.name] ?? []), ...(this.callbacks['*'] ?? [])];
    told.forEach((callback, index) => {
      // The same over retries of the delivery: what the receiver tells repeats by.
      const id = `${workflowInfo().runId}/${state.name}/${count}/${index}`;
      const place = this.deliveries.push(undefined) - 1;
      const to = 'webhook' in callback ? 'webhook' : 'event';
      const delivered = this.inTurn(() => this.deliver(callback, id, state)).then(
        (): Delivery => ({ step: state.name, to, status: 'delivered' }),
        (error: unknown): Delivery => {
          const { type, message } = describeFailure(error).info;
          return { step: state.name, to, status: 'failed', error: { type, message } };
        },
      );
      this.running.push(delivered.then((delivery) => void (this.deliveries[place] = delivery)));
    });
  }

  private async inTurn(work: () => Promise<void>): Promise<void> {
    // Of several that wait, each is told that there is room before the first has taken it.
    while (this.active >= MAX_AT_ONCE) await condition(() => this.active < MAX_AT_ONCE);
    this.active += 1;
    try {
      await work();
    } finally {
      this.active -= 1;
    }
  }

  /** What became of each, when all have been tried. */
  async settled(): Promise<void> {
    for (let seen = -1; seen !== this.running.length;) {
      seen = this.running.length;
      await Promise.all(this.running);
    }
  }

  reported(): Delivery[] {
    return this.deliveries.filter((delivery) => delivery !== undefined);
  }

  private async deliver(callback: Callback, id: string, state: StepState): Promise<void> {
    const { workflowId, runId } = workflowInfo();
    const type = `pipeline.${state.name}.${state.status}`;
    const time = isoTime(Date.now());
    const data = { workflowId, runId, ...stepResult(state) } as unknown as JsonObject;
    if ('webhook' in callback) {
      return deliverWebhook(state.name, { url: callback.webhook.url, id, body: { type, timestamp: time, data } });
    }
    const event = { specversion: '1.0' as const, id, source: workflowId, time, data, hops: this.hops };
    const request: EmitRequest = { events: [{ ...event, type: callback.event.type ?? type }] };
    await emitTo(callback.event.router, request);
  }
}

/** @throws CadenzaError `RunNotFound` where no router of that id goes on */
async function emitTo(router: string, request: EmitRequest): Promise<void> {
  try {
    await getExternalWorkflowHandle(router).signal<[EmitRequest]>(ROUTER_MESSAGES.emit, request);
  } catch (error) {
    if (isCancellation(error)) throw error;
    throw new CadenzaError('RunNotFound', `no router with the id "${shown(router)}" goes on`);
  }
}
