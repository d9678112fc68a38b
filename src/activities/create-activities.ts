import type { StepInvocation, StepOutcome, SystemActivities } from '../contracts/step-activity';
import type { ActivityDependencies } from './dependencies';
import { createEvaluateExpressions } from './evaluate-expressions';

import { createPreparePipeline } from './prepare-pipeline';
import { createHandlerActivity } from './run-handler';
import { createFollowPath, createGatherOutputs, createListItems } from './stored-values';

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
  const system: SystemActivities = {
    preparePipeline: createPreparePipeline(dependencies),
    evaluateExpressions: createEvaluateExpressions(dependencies),
    followPath: createFollowPath(dependencies),
    listItems: createListItems(dependencies),
    gatherOutputs: createGatherOutputs(dependencies),
    readUsage: (run, step) => dependencies.journal.usage({ namespace: dependencies.namespace, ...run, step }),
  };
  return { ...handlers, ...system } as HandlerActivities & SystemActivities;
}
