/**
 * The typed client library: start runs of any pattern, follow them, read their results. Talks to a Temporal server and
 * to the content store; runs nothing itself. Pipelines and routers can be built here, with types. Nothing here ends the process or writes to a terminal.
 */
export { connectCadenza } from './client/connect';
export type { Cadenza, CadenzaOptions, ListOptions, StartOptions } from './client/connect';
export type { BudgetSummary } from './client/list-budgets';
export { shippedDefinitions } from './client/definitions';
export type { DefinitionDetail, Definitions } from './client/definitions';
export type { Defined, DefinitionSummary, DefinitionVersion } from './contracts/definition-messages';
export type { FailedCall, StepFunctions } from './client/on-step-end';
export type { RouterHandle } from './client/router-handle';
export type { DeadLetter, DeadLetterChoice, RouterProgress } from './contracts/event-messages';
export type { CloudEvent, GivenEvent } from './contracts/event.schema';
export { eventRouter } from './client/event-router-builder';
export type { EventRouterBuilder } from './client/event-router-builder';
export { pipeline } from './client/pipeline-builder';
export type { OutputOf, Pipeline, PipelineBuilder } from './client/pipeline-builder';
export { optional } from './client/record-reference';
export { typed } from './client/references';
export type { Ref } from './client/references';
export type { RerunOptions } from './client/rerun';
export type { PendingAttempt, RunHandle } from './client/run-handle';
export type { Schedules } from './client/schedules';
export type { Envelope, RunList } from './contracts/envelope.schema';
export type { ApprovalDecision, BudgetDecision } from './contracts/pipeline-messages';
export { createEventEndpoint } from './client/event-endpoint';
export type { EventEndpoint, EventEndpointOptions } from './client/event-endpoint';
export { eventDocuments } from './client/event-documents';
export { CadenzaError, isCadenzaError } from './contracts/failures';
export type { FailureType } from './contracts/failures';
export { TASK_QUEUE } from './contracts/names';
export type { Pattern } from './contracts/names';
export type { PatternResults } from './contracts/pattern-results';
export type { ContentReference, DocumentReference } from './contracts/content';
export type { RunProgress, RunStatus, StepProgress } from './contracts/run';
export type { GivenInput } from './contracts/check-input.schema';
export type { Overlap, Schedule, ScheduleList, ScheduleOptions } from './contracts/schedule.schema';
export { createCodecEndpoint } from './client/codec-endpoint';
export type { CodecEndpoint, CodecEndpointOptions } from './client/codec-endpoint';
export { encryptingDataConverter } from './client/encrypting-data-converter';
export { pruneRuns } from './client/prune-runs';
export type { PruneOptions, PruneReport } from './client/prune-runs';
export { surveyOf } from './client/survey';
export type { SurveySettings } from './client/survey';
export type { StoreShare, StoreSurvey } from './store/survey-store';
export { keysOfStore } from './store/open-sealing';
export { checkDocument } from './store/store-document';
