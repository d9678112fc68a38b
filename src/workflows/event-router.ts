import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { GivenInput } from '../contracts/check-input.schema';
import type { RouterState } from '../core/events/router-state';
import { firstRouterState } from '../core/events/router-state';
import { system } from './activity-proxies';
import { pauseUpdate, progressQuery, resultSoFarQuery, resumeUpdate } from './messages';
import {
  deadLettersQuery,
  dropDeadLettersUpdate,
  emitSignal,
  handledSignal,
  retryDeadLettersUpdate,
  subscribeUpdate,
  unsubscribeUpdate,
} from './router-messages';
import { RouterRun } from './router-run';
import { asRunFailure } from './run-failure';

/**
 * Takes events for ever and has each handled by those who subscribe to its type, once, in a workflow of its own. It
 * continues as new with all that it knows; it ends by a cancel, which cancels its handlers.
 */
export async function eventRouter(input: GivenInput<'eventRouter'>, carried?: RouterState): Promise<void> {
  const isContinued = workflowInfo().continuedFromExecutionRunId !== undefined && carried !== undefined;
  const state = isContinued
    ? carried
    : firstRouterState(await system.prepareRouter(input).catch(asRunFailure), Date.now());
  const run = new RouterRun(state);
  const { book } = run;
  setHandler(progressQuery, () => run.progress());
  setHandler(resultSoFarQuery, () => run.progress().events ?? null);
  setHandler(deadLettersQuery, () => book.deadLetters());
  setHandler(emitSignal, (request) => run.receive(request));
  setHandler(handledSignal, (report) => run.handled(report));
  setHandler(subscribeUpdate, (subscription) => run.subscribe(subscription));
  setHandler(unsubscribeUpdate, (name) => run.unsubscribe(name), {
    validator: (name) => run.checkUnsubscribing(name),
  });
  setHandler(pauseUpdate, () => run.setPaused(true), { validator: () => run.checkPausing(true) });
  setHandler(resumeUpdate, () => run.setPaused(false), { validator: () => run.checkPausing(false) });
  setHandler(retryDeadLettersUpdate, (choice) => book.retryDead(choice).finally(() => run.wake()));
  setHandler(dropDeadLettersUpdate, (choice) => book.dropDead(choice).finally(() => run.wake()));
  if (!isContinued) book.leaveMemo('running');
  await continueAsNew<typeof eventRouter>(input, await run.serve());
}
