/**
 * The one table of typed failures. `retryable` says what the activity's retry policy does with it;
 * `docs/errors.md` explains each and is checked against this table.
 */
export const FAILURES = {
  // What the caller gave
  InvalidInput: { retryable: false, cause: 'A field of the input is wrong.' },
  UnknownHandler: { retryable: false, cause: 'A step names a handler that no Worker has.' },
  UnknownModel: { retryable: false, cause: 'A model name is not in the registry.' },
  UnknownTask: { retryable: false, cause: 'A task is not one of the seven known ones.' },
  UnknownDefinition: { retryable: false, cause: 'A definition of that name is not registered.' },
  MissingField: { retryable: false, cause: 'A reference points at a field that the step did not return.' },
  ExpressionFailed: { retryable: false, cause: 'An expression could not be evaluated, or gave the wrong type.' },
  ExpressionLimit: { retryable: false, cause: 'An expression took more time or memory than allowed.' },
  ApprovalRejected: { retryable: false, cause: 'A person rejected an approval step.' },
  ApprovalTimeout: { retryable: false, cause: 'Nobody decided an approval step in time.' },
  HopLimit: { retryable: false, cause: 'An event is the last of too long a row of events that emit each other.' },
  Unsupported: { retryable: false, cause: 'This version does not run what was asked for.' },

  // Documents
  DocumentMissing: { retryable: false, cause: 'No file is at that path.' },
  DocumentUnreadable: { retryable: false, cause: 'The file can not be opened, or is a directory.' },
  DocumentEmpty: { retryable: false, cause: 'The document has no content.' },
  DocumentTooLarge: { retryable: false, cause: 'The document is over the size limit.' },
  DocumentEncrypted: { retryable: false, cause: 'The document needs a password.' },
  DocumentCorrupt: { retryable: false, cause: 'The document is damaged.' },
  DocumentWithoutText: { retryable: false, cause: 'The document holds pictures of text only.' },
  UnsupportedDocument: { retryable: false, cause: 'The type of the document is not one that can be read.' },
  ExtractionLimit: { retryable: false, cause: 'Unpacking the document took more time, memory or output than allowed.' },

  // Model calls
  AuthenticationFailed: { retryable: false, cause: 'The provider refused the key.' },
  KeyMissing: { retryable: false, cause: 'The variable that should hold the key is not set on the Worker.' },
  PermissionDenied: { retryable: false, cause: 'The key may not use this model.' },
  QuotaExhausted: { retryable: false, cause: 'The account has no credit left.' },
  ModelNotFound: { retryable: false, cause: 'The provider has no model of that name.' },
  ModelRequestRejected: { retryable: false, cause: 'The provider called the request wrong.' },
  ModelOutputInvalid: { retryable: false, cause: 'The answer does not have the shape that was asked for, twice.' },
  ModelOutputTruncated: { retryable: false, cause: 'The answer was cut at its token limit.' },
  ModelRefused: { retryable: false, cause: 'The model declined to answer.' },
  ModelNotInstalled: { retryable: false, cause: 'The local model is not installed on the Worker.' },
  InputTooLarge: { retryable: false, cause: 'The text does not fit the context of the model.' },
  TaskNotSupported: { retryable: false, cause: 'The model can not do this task.' },
  TooFewAnswers: { retryable: false, cause: 'Too few members of an ensemble gave an answer that counts.' },
  AllRejected: { retryable: false, cause: 'Nothing was accepted: no stage of a cascade, no branch of a tree.' },
  AllItemsFailed: { retryable: false, cause: 'Every item of a batch failed.' },
  NoRoute: { retryable: false, cause: 'No model fits what was asked, or no route leads to one.' },
  BudgetExceeded: { retryable: false, cause: 'The next call could cost more than is left.' },
  BudgetWindowFull: {
    retryable: false,
    cause: 'The window of a budget has too little left; the next one is waited for.',
  },
  BudgetUnavailable: { retryable: true, cause: 'The ledger of a budget by label and window did not answer.' },
  RateLimited: { retryable: true, cause: 'The provider asked to slow down.' },
  ProviderPaused: { retryable: false, cause: 'The provider is not asked now; its calls wait, without an attempt.' },
  ProviderTurn: { retryable: false, cause: 'The request waits for its turn on the queue of its provider.' },
  ProviderUnavailable: { retryable: true, cause: 'The provider answered with a server error.' },
  ProviderUnreachable: { retryable: true, cause: 'The connection to the provider failed or was cut.' },
  ModelTimeout: { retryable: true, cause: 'The provider did not answer in time.' },
  ModelAnswerUnreadable: { retryable: true, cause: 'What came back is not an answer of this protocol.' },

  // Content store and journal
  ContentMissing: { retryable: false, cause: 'A reference points at content that the store does not have.' },
  StoreUnavailable: { retryable: true, cause: 'The content store could not be read or written.' },
  EncryptionKeyMissing: { retryable: true, cause: 'Something is encrypted with a key that is not there.' },
  DecryptionFailed: { retryable: false, cause: 'Something encrypted was changed, or its key was.' },

  // Webhooks
  WebhookRefused: { retryable: false, cause: 'A webhook can not go to that address, or its receiver refused it.' },
  WebhookFailed: { retryable: true, cause: 'The receiver of a webhook did not answer, or asked to wait.' },

  // Runs and handlers
  HandlerFailed: { retryable: true, cause: 'A handler threw an error that is not in this table.' },
  HandlerTimeout: { retryable: true, cause: 'A handler did not return in time.' },
  StepTimeout: { retryable: false, cause: 'All attempts of a step together took too long.' },
  WorkerLost: { retryable: true, cause: 'The Worker that ran a step stopped answering.' },
  Cancelled: { retryable: false, cause: 'The run was cancelled.' },
  Terminated: { retryable: false, cause: 'The run was terminated.' },
  TimedOut: { retryable: false, cause: 'The run took longer than it was given.' },

  // Commands
  RunNotFound: { retryable: false, cause: 'No run has that id.' },
  RunExists: { retryable: false, cause: 'A run with that id is there already.' },
  ScheduleNotFound: { retryable: false, cause: 'No schedule has that id.' },
  ScheduleExists: { retryable: false, cause: 'A schedule with that id is there already.' },
  ServerUnavailable: { retryable: false, cause: 'The Temporal server can not be reached or started.' },
  ConfigurationInvalid: { retryable: false, cause: 'A file or variable of the configuration is wrong.' },
  Internal: { retryable: false, cause: 'A defect in Cadenza.' },
} as const satisfies Record<string, { retryable: boolean; cause: string }>;

export type FailureType = keyof typeof FAILURES;

/** True where the table has a row of that name. */
export function isFailureType(value: unknown): value is FailureType {
  return typeof value === 'string' && Object.hasOwn(FAILURES, value);
}

/** A failure as results and envelopes show it. `field` is the path of the wrong field of an input. */
export type FailureInfo = { type: FailureType; message: string; field?: string };

/**
 * Thrown by every layer below Temporal (gateway, store, handlers, client, configuration). The message names the thing,
 * the value and what is allowed; never a prompt, a document, a key or a response body.
 */
export class CadenzaError extends Error {
  readonly type: FailureType;
  readonly field: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly retryable: boolean;

  constructor(
    type: FailureType,
    message: string,
    options: {
      field?: string | undefined;
      retryAfterMs?: number | undefined;
      retryable?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CadenzaError';
    this.type = type;
    this.field = options.field;
    this.retryAfterMs = options.retryAfterMs;
    // A provider's own word (`x-should-retry`) may differ from the table.
    this.retryable = options.retryable ?? FAILURES[type].retryable;
  }
}

/** Works across copies of this module, where `instanceof` would not. */
export function isCadenzaError(value: unknown): value is CadenzaError {
  return value instanceof Error && value.name === 'CadenzaError' && isFailureType((value as CadenzaError).type);
}
