import type { ContentReference } from './content';
import type { FailureInfo } from './failures';
import type { JsonValue } from './json';
import type { CloudEvent } from './event.schema';
import type { Subscription } from './event-router.schema';
import type { CallUsage } from './usage';
import type { SearchFacts } from './search-attributes';

/** Argument of the `emit` signal: one or more events, in their order. */
export type EmitRequest = { events: CloudEvent[] };

/** Why an event is a dead letter. */
export type DeadLetterReason = 'unhandled' | 'failed' | 'hops' | 'refused';

/** An event that no subscription is for, or whose handler failed for good. `id` is what commands call it. */
export type DeadLetter = {
  id: string;
  reason: DeadLetterReason;
  event: CloudEvent;
  /** The subscription that failed; on retry only that one runs again. */
  subscription?: string;
  error?: FailureInfo;
  /** ISO 8601. */
  at: string;
};

/** Dead letters, the oldest first: those in the content store in chunks, then those in place. */
export type DeadLetterList = {
  tenant: string;
  chunks: { ref: ContentReference; count: number }[];
  letters: DeadLetter[];
};

/** Which dead letters an update is about: those named, or all. */
export type DeadLetterChoice = { ids: string[] } | { all: true };

/** A subscription with a name of its own. */
export type NamedSubscription = Subscription & { name: string };

/** What a router is made of, checked; what it starts with. */
export type RouterPlan = {
  subscriptions: NamedSubscription[];
  strict: boolean;
  maxParallel: number;
  maxHops: number;
  tenant: string;
  labels?: Record<string, string>;
  search?: SearchFacts;
};

/** A subscription that takes an event, with what orders it there; or one whose filter could not be evaluated. */
export type Taker = { subscription: string; orderKey?: string; failed?: FailureInfo };

/** Where an event goes: to subscriptions, in their order, with what orders it there; or why it is refused. */
export type RoutedEvent = { event: CloudEvent } & ({ takers: Taker[]; filtered: number } | { refused: FailureInfo });

/** The one argument of the Workflow that handles one event for one subscription. */
export type HandleEventRequest = {
  /** By which the outcome is reported. */
  handling: string;
  event: CloudEvent;
  subscription: NamedSubscription;
  labels?: Record<string, string>;
};

/** What came of handling an event: the result, small, with what it cost. */
export type HandledOutcome = { result: JsonValue; usage: CallUsage } | { error: FailureInfo; usage: CallUsage };

/** The `handled` signal of a handler that outlived the run of the router that started it. */
export type HandledReport = { handling: string; outcome: HandledOutcome };

/** What a router says of itself, in the `progress` query. */
export type RouterProgress = {
  subscriptions: { name: string; on: string; handled: number; failed: number; running: number }[];
  /** Events that wait, and handlers that run. */
  backlog: number;
  running: number;
  /** Events that came in, of which some were repeats. */
  received: number;
  repeated: number;
  handled: number;
  failed: number;
  unhandled: number;
  filtered: number;
  deadLetters: number;
  /** Events handled within the last minute. */
  handledPerMinute: number;
};
