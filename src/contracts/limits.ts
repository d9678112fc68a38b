/** Numbers that several layers must agree on. Sizes in bytes unless the name says otherwise. */

/** A value whose JSON is larger than this travels as a content reference. */
export const INLINE_LIMIT_BYTES = 8 * 1024;

/** Total attempts of a handler step, and of a sub-pattern (which retries inside). */
export const DEFAULT_RETRY_COUNT = { handler: 3, pattern: 1 } as const;

/** Start-to-close timeout of one attempt of a handler step. */
export const DEFAULT_HANDLER_TIMEOUT_SECONDS = 300;

/** Output limit of a model call that names none: a worst case needs one. */
export const DEFAULT_MAX_OUTPUT_TOKENS = 1024;

/** Context window assumed for a model whose registry entry names none, in tokens. */
export const DEFAULT_CONTEXT_TOKENS = 32_768;

/** The largest document the client accepts. */
export const MAX_DOCUMENT_BYTES = 100 * 1024 * 1024;

/** The largest text that extraction hands on. */
export const MAX_EXTRACTED_CHARACTERS = 50_000_000;

/** When a Worker stops asking a provider that fails: failures in a row, and seconds until it is asked again. */
export const DEFAULT_BREAKER = { failures: 8, openSeconds: 10 } as const;

/** The largest answer of a provider that is read: a hostile one would fill the memory of the Worker. */
export const DEFAULT_MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Heartbeats of an activity: see docs/operations.md for how they bound cancel and recovery. */
export const HEARTBEAT = { intervalMs: 1_000, busyIntervalMs: 2_000, busyAbove: 100, timeoutSeconds: 6 } as const;

/** Most entries of a list that a step runs over. */
export const MAX_ITEMS = 1_000;

/** Activities that a run has pending at once, and child Workflows: Temporal takes 2,000 of each. */
export const MAX_PENDING = 1_900;

/** Most answers that are compared pair by pair: n of them are n(n - 1) questions, and 32 just under a thousand. */
export const MAX_JUDGED = 32;

/** Deepest nesting of patterns that start each other. */
export const MAX_DEPTH = 10;

/** Longest durable timer: a year, in seconds. */
export const MAX_WAIT_SECONDS = 31_536_000;

/** JSON of all outputs of a run that stay in place: a result is one payload, and Temporal takes 2 MB. */
export const RESULT_LIMIT_BYTES = 1024 * 1024;

/** Most steps in one pipeline, and most members or stages in one pattern. */
export const MAX_STEPS = 500;

/** The largest event that is taken, as JSON: what is larger belongs into the content store, with a reference in the event. */
export const MAX_EVENT_BYTES = 1024 * 1024;

/** JSON bytes of an event's data that stay in place. */
export const EVENT_INLINE_BYTES = 1024;

/** Most subscriptions of one router. */
export const MAX_SUBSCRIPTIONS = 200;

/** A router remembers this many events to tell repeats. */
export const DEDUPLICATION_WINDOW = 10_000;

/** Most items of one batch, and most of them that run at once. */
export const MAX_BATCH_ITEMS = 100_000;
export const MAX_PARALLEL_ITEMS = 1_000;

/** Items of a batch that are stored and loaded together: at most this many, fewer where they are large. */
export const BATCH_PAGE_ITEMS = 100;
export const BATCH_PAGE_BYTES = 2 * 1024 * 1024;
