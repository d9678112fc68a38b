import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { check } from '../contracts/check-input.schema';
import type { EmitRequest } from '../contracts/event-messages';
import type { CloudEvent, GivenEvent } from '../contracts/event.schema';
import { eventSchema, givenEventSchema } from '../contracts/event.schema';
import { CadenzaError } from '../contracts/failures';
import { EVENT_INLINE_BYTES, MAX_EVENT_BYTES } from '../contracts/limits';
import { MEMO_OUTCOME, ROUTER_MESSAGES } from '../contracts/names';
import { shown, suggestion } from '../contracts/nearest-name';
import { storeLarge } from '../core/content/store-large';
import { matchesType } from '../core/events/event-types';
import type { ContentStore } from '../store/content-store';
import { checkWritable } from './check-writable';

/** One signal carries at most this many events, and about this many characters of them. */
const SIGNAL = { events: 50, characters: 400_000 };
/** How long what is known of a router is gone by. */
const KNOWN_MS = 5_000;
/** A router that has just been started leaves word of itself with its first workflow task. */
const STARTING_MS = 5_000;

/** What a router leaves in its memo for those who emit: whose content it reads, and which types it takes where strict. */
type KnownRouter = { tenant: string; accepts?: string[] };

/** Brings events to routers; what is large in them goes to the content store first. */
export function createEmit(client: Client, store: ContentStore) {
  const known = new Map<string, { at: number; router: KnownRouter }>();

  const findRouter = async (workflowId: string): Promise<KnownRouter> => {
    const cached = known.get(workflowId);
    if (cached && Date.now() - cached.at < KNOWN_MS) return cached.router;
    const router = await describeRouter(client, workflowId);
    known.set(workflowId, { at: Date.now(), router });
    return router;
  };

  return async (workflowId: string, given: GivenEvent | readonly GivenEvent[]): Promise<void> => {
    const list = Array.isArray(given) ? (given as readonly GivenEvent[]) : [given as GivenEvent];
    const events = list.map((event, index) => complete(event, Array.isArray(given) ? `events[${index}]` : 'event'));
    const found = await findRouter(workflowId);
    const isUnknown = ({ type }: CloudEvent) => found.accepts?.some((pattern) => matchesType(pattern, type)) === false;
    // A subscription may have come since the router was last looked at.
    if (events.some(isUnknown)) known.delete(workflowId);
    const { tenant, accepts } = await findRouter(workflowId);
    const scope = { namespace: client.options.namespace, tenant };
    for (const { type } of events) if (accepts) checkAccepted(type, accepts, workflowId);
    const put = (text: string, mediaType: string) => store.put(scope, Buffer.from(text, 'utf8'), mediaType);
    const small: CloudEvent[] = [];
    for (const event of events) {
      small.push({ ...event, data: await storeLarge(event.data, put, EVENT_INLINE_BYTES) });
    }
    const handle = client.workflow.getHandle(workflowId);
    for (const portion of portionsOf(small)) {
      await handle.signal<[EmitRequest]>(ROUTER_MESSAGES.emit, { events: portion }).catch((error: unknown) => {
        throw error instanceof WorkflowNotFoundError ? noRouter(workflowId) : error;
      });
    }
  };
}

/** Id, source and time where they are not given; checked. @throws CadenzaError `InvalidInput` */
function complete(given: GivenEvent, what: string): CloudEvent {
  const named = check(givenEventSchema, given, what);
  const filled = { ...named, id: named.id ?? randomUUID(), source: named.source ?? 'cadenza' };
  const event = check(eventSchema, { ...filled, time: named.time ?? new Date().toISOString() }, what) as CloudEvent;
  checkWritable(what, event);
  const bytes = Buffer.byteLength(JSON.stringify(event));
  if (bytes <= MAX_EVENT_BYTES) return event;
  throw new CadenzaError(
    'InvalidInput',
    `${what}: ${bytes} bytes, at most ${MAX_EVENT_BYTES}; store the document and send its reference`,
    { field: 'data' },
  );
}

async function describeRouter(client: Client, workflowId: string): Promise<KnownRouter> {
  for (const end = Date.now() + STARTING_MS; ; await sleep(100)) {
    const found = await client.workflow
      .getHandle(workflowId)
      .describe()
      .catch((error: unknown) => {
        throw error instanceof WorkflowNotFoundError ? noRouter(workflowId) : error;
      });
    if (found.type !== 'eventRouter' || found.status.name !== 'RUNNING') throw noRouter(workflowId);
    const { tenant = undefined, accepts } = (found.memo?.[MEMO_OUTCOME] ?? {}) as Partial<KnownRouter>;
    if (tenant !== undefined) return { tenant, ...(accepts ? { accepts } : {}) };
    if (Date.now() > end) {
      throw new CadenzaError('ServerUnavailable', `no worker has looked at the router "${shown(workflowId)}" yet`);
    }
  }
}

function checkAccepted(type: string, accepts: readonly string[], workflowId: string): void {
  if (accepts.some((pattern) => matchesType(pattern, type))) return;
  const message = `nobody subscribes to "${shown(type)}" in "${shown(workflowId)}"${suggestion(type, [...accepts])}`;
  throw new CadenzaError('InvalidInput', `type: ${message}`, { field: 'type' });
}

function portionsOf(events: readonly CloudEvent[]): CloudEvent[][] {
  const portions: CloudEvent[][] = [];
  let characters = Infinity;
  for (const event of events) {
    const size = JSON.stringify(event).length;
    const last = portions.at(-1);
    if (!last || last.length >= SIGNAL.events || characters + size > SIGNAL.characters) {
      portions.push([event]);
      characters = size;
    } else {
      last.push(event);
      characters += size;
    }
  }
  return portions;
}

function noRouter(workflowId: string): CadenzaError {
  return new CadenzaError('RunNotFound', `no router with the id "${shown(workflowId)}" goes on`, { field: 'router' });
}
