/**
 * The typed client library: start runs of any pattern, follow them, read their results. Talks to a Temporal server and
 * to the content store; runs nothing itself. Nothing here ends the process or writes to a terminal.
 */
export { connectCadenza } from './client/connect';
export type { Cadenza, CadenzaOptions, ListOptions, StartOptions } from './client/connect';
export type { RerunOptions } from './client/rerun';
export type { PendingAttempt, RunHandle } from './client/run-handle';
export type { Schedules } from './client/schedules';
export type { Envelope, RunList } from './contracts/envelope.schema';
export type { ApprovalDecision } from './contracts/pipeline-messages';
export { CadenzaError, isCadenzaError } from './contracts/failures';
export type { FailureType } from './contracts/failures';
export type { RunProgress, RunStatus, StepProgress } from './contracts/run';
export type { GivenInput } from './contracts/check-input.schema';
export type { Overlap, Schedule, ScheduleList, ScheduleOptions } from './contracts/schedule.schema';
export { checkDocument } from './store/store-document';
