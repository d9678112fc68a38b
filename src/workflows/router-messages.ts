import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DeadLetterChoice, DeadLetterList, EmitRequest, HandledReport } from '../contracts/event-messages';
import { ROUTER_MESSAGES } from '../contracts/names';

/** Events for a router; they are its own as soon as the server has taken the signal. */
export const emitSignal = defineSignal<[EmitRequest]>(ROUTER_MESSAGES.emit);

/** To a handler: its router continues as new, and is to be told of the outcome by a signal. */
export const reportToSignal = defineSignal<[string]>(ROUTER_MESSAGES.reportTo);

/** To a router: the outcome of a handler that an earlier run of it has started. */
export const handledSignal = defineSignal<[HandledReport]>(ROUTER_MESSAGES.handled);

/** Adds a subscription and gives its name; refused where that is taken or what it names is not there. */
export const subscribeUpdate = defineUpdate<string, [unknown]>(ROUTER_MESSAGES.subscribe);
export const unsubscribeUpdate = defineUpdate<void, [string]>(ROUTER_MESSAGES.unsubscribe);

export const deadLettersQuery = defineQuery<DeadLetterList>(ROUTER_MESSAGES.deadLetters);

/** Both give how many dead letters they were about. */
export const retryDeadLettersUpdate = defineUpdate<number, [DeadLetterChoice]>(ROUTER_MESSAGES.retryDeadLetters);
export const dropDeadLettersUpdate = defineUpdate<number, [DeadLetterChoice]>(ROUTER_MESSAGES.dropDeadLetters);
