import { condition, makeContinueAsNewFunc, setHandler, workflowInfo } from '@temporalio/workflow';
import type { GivenInput } from '../contracts/check-input.schema';
import { NO_TENANT } from '../contracts/content';
import { startingProgress } from '../core/events/router-progress';
import type { RouterState } from '../core/events/router-state';
import { firstRouterState } from '../core/events/router-state';
import { system } from './activity-proxies';
import { checkChoice } from './dead-letters';
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
import { checkSubscribing } from './router-steering';
import { asRunFailure } from './run-failure';
import { markStarted } from './search';

/**
 * Takes events for ever and has each handled by those who subscribe to its type, once, in a workflow of its own. It
 * continues as new with all that it knows; it ends by a cancel, which cancels its handlers.
 */
export async function eventRouter(input: GivenInput<'eventRouter'>, carried?: RouterState): Promise<void> {
  const isContinued = workflowInfo().continuedFromExecutionRunId !== undefined && carried !== undefined;
  let run = isContinued ? new RouterRun(carried) : undefined;
  // Registered before the input is checked: a server refuses updates that nobody answers.
  const started = async (): Promise<RouterRun> => {
    await condition(() => run !== undefined);
    return run as RouterRun;
  };
  setHandler(progressQuery, () => run?.progress() ?? startingProgress(workflowInfo().startTime.getTime()));
  setHandler(resultSoFarQuery, () => run?.progress().events ?? null);
  setHandler(deadLettersQuery, () => run?.book.dead.list() ?? { tenant: NO_TENANT, chunks: [], letters: [] });
  setHandler(subscribeUpdate, async (subscription) => (await started()).steering.subscribe(subscription), {
    validator: checkSubscribing,
  });
  setHandler(unsubscribeUpdate, async (name) => (await started()).steering.unsubscribe(name), {
    validator: (name) => run?.steering.checkUnsubscribing(name),
  });
  setHandler(pauseUpdate, async () => (await started()).steering.setPaused(true), {
    validator: () => run?.steering.checkPausing(true),
  });
  setHandler(resumeUpdate, async () => (await started()).steering.setPaused(false), {
    validator: () => run?.steering.checkPausing(false),
  });
  setHandler(retryDeadLettersUpdate, async (choice) => (await started()).steering.retryDead(choice), {
    validator: checkChoice,
  });
  setHandler(dropDeadLettersUpdate, async (choice) => (await started()).steering.dropDead(choice), {
    validator: checkChoice,
  });
  if (!run) {
    const plan = await system.prepareRouter(input).catch(asRunFailure);
    run = new RouterRun(firstRouterState(plan, Date.now()));
    run.book.leaveMemo('running');
  }
  const serving = run;
  const { plan, paused } = serving.book.state;
  markStarted('eventRouter', plan.search, { status: paused ? 'paused' : 'running' });
  // Signals wait for their handlers.
  setHandler(emitSignal, (request) => serving.receive(request));
  setHandler(handledSignal, (report) => serving.handled(report));
  const state = await serving.serve();
  // The next run is not given the memo by itself; its input is in the state.
  const goOn = makeContinueAsNewFunc<typeof eventRouter>({ memo: workflowInfo().memo ?? {} });
  await goOn({}, state);
}
