import { cancellationSignal } from '@temporalio/activity';
import type { RunIdentity, StepInvocation, StepOutcome, SystemActivities } from '../contracts/step-activity';
import { createAskChainStep } from './ask-chain-step';
import { createGatherItems, createLoadItems, createSettleItem } from './batch-items';
import { createCallModel } from './call-model';
import { createCheckDefinition } from './check-definition';
import { collectRuns } from './collect-runs';
import { createCompareExamples } from './compare-examples';
import { createDeliverWebhook } from './deliver-webhook';
import type { ActivityDependencies } from './dependencies';
import { createEvaluateExpressions } from './evaluate-expressions';
import { createFindDefinitions } from './find-definitions';
import { endedRuns } from './ended-runs';
import { startHeartbeat } from './heartbeat';
import { createPrepareBatch } from './prepare-batch';
import { createPrepareCascade, createPrepareEnsemble, createPrepareRoute } from './prepare-models';
import { createPrepareChain } from './prepare-chain';
import { createPreparePipeline } from './prepare-pipeline';
import { createCheckSubscription, createPrepareRouter } from './prepare-router';
import { createReadOutput } from './read-output';
import { createRouteEvents } from './route-events';
import { createHandlerActivity } from './run-handler';
import {
  createFollowPath,
  createGatherOutputs,
  createJoinPages,
  createListItems,
  createLoadValue,
  createStoreValue,
} from './stored-values';
import { createCallTree } from './tree/call-tree';
import { createPrepareTree } from './tree/prepare-tree';
import { createReferenceLevel } from './tree/reference-level';
import { toApplicationFailure } from './to-application-failure';

/** Handlers as activities, each under its own name. */
export type HandlerActivities = Record<string, (invocation: StepInvocation) => Promise<StepOutcome>>;

/** Every activity of a Worker: the handlers under their names, and what the workflows need besides. */
export function createActivities(dependencies: ActivityDependencies): HandlerActivities & SystemActivities {
  const handlers = Object.fromEntries(
    Object.entries(dependencies.handlers).map(([name, handler]) => [
      name,
      createHandlerActivity(handler, dependencies),
    ]),
  );
  const usageOf = (run: RunIdentity, step: string) =>
    dependencies.journal.usage({ namespace: dependencies.namespace, ...run, step });
  const system: SystemActivities = {
    preparePipeline: local(createPreparePipeline(dependencies)),
    checkDefinition: local(createCheckDefinition(dependencies)),
    prepareRouter: local(createPrepareRouter(dependencies)),
    checkSubscription: local(createCheckSubscription(dependencies)),
    prepareRoute: local(createPrepareRoute(dependencies)),
    prepareEnsemble: local(createPrepareEnsemble(dependencies)),
    prepareCascade: local(createPrepareCascade(dependencies)),
    prepareChain: local(createPrepareChain(dependencies)),
    readUsage: local(usageOf),
    readBudget: local((run, scope) => dependencies.budgets.state({ namespace: dependencies.namespace, ...run }, scope)),
    raiseBudget: local((run, scope, caps) =>
      dependencies.budgets.raise({ namespace: dependencies.namespace, ...run }, scope, caps),
    ),
    readUsages: local((run, steps) => Promise.all(steps.map((step) => usageOf(run, step)))),
    prepareTree: local(createPrepareTree(dependencies)),
    callTree: createCallTree(dependencies),
    referenceLevel: createReferenceLevel(dependencies),
    joinPages: remote(createJoinPages(dependencies)),
    // These beat and fail as handlers do, with what they have used.
    // These beat and fail as handlers do, with what they have used.
    callModel: createCallModel(dependencies),
    askChainStep: createAskChainStep(dependencies),
    compareExamples: createCompareExamples(dependencies),
    readOutput: local(createReadOutput(dependencies)),
    evaluateExpressions: remote(createEvaluateExpressions(dependencies)),
    findDefinitions: remote(createFindDefinitions(dependencies)),
    deliverWebhook: remote(createDeliverWebhook(dependencies)),
    routeEvents: remote(createRouteEvents(dependencies)),
    endedRuns: remote(endedRuns),
    loadValue: remote(createLoadValue(dependencies)),
    storeValue: remote(createStoreValue(dependencies)),
    followPath: remote(createFollowPath(dependencies)),
    listItems: remote(createListItems(dependencies)),
    gatherOutputs: remote(createGatherOutputs(dependencies)),
    prepareBatch: remote(createPrepareBatch(dependencies)),
    loadItems: remote(createLoadItems(dependencies)),
    settleItem: local(createSettleItem(dependencies)),
    gatherItems: remote(createGatherItems(dependencies)),
    collectRuns: remote(collectRuns),
  };
  return { ...handlers, ...system } as HandlerActivities & SystemActivities;
}

/** A local activity: its errors become typed failures. */
function local<A extends unknown[], R>(work: (...args: A) => Promise<R>) {
  return async (...args: A): Promise<R> => {
    try {
      return await work(...args);
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

/** An activity of its own: with heartbeats too, so that a lost Worker is noticed and a cancel arrives. */
function remote<A extends unknown[], R>(work: (...args: A) => Promise<R>) {
  const typed = local(work);
  return async (...args: A): Promise<R> => {
    const stopHeartbeat = startHeartbeat();
    try {
      return await typed(...args);
    } catch (error) {
      cancellationSignal().throwIfAborted();
      throw error;
    } finally {
      stopHeartbeat();
    }
  };
}
