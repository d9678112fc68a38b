import { activityInfo, cancellationSignal, cancelled, log } from '@temporalio/activity';
import type { JsonObject, JsonValue } from '../contracts/json';
import type { StepInvocation, StepOutcome } from '../contracts/step-activity';
import type { Handler, HandlerContext } from '../handlers/handler';
import type { SeenAsks } from './ask-model';
import { createModelAccess } from './ask-model';
import type { ActivityDependencies } from './dependencies';
import { evaluateOne } from './evaluate-expressions';
import { startHeartbeat } from './heartbeat';
import { scopedContent } from './scoped-content';
import { stepFacts } from './step-facts';
import { toApplicationFailure } from './to-application-failure';

/**
 * A handler as an activity: loads what its inputs refer to, runs it with heartbeats, transforms its output, moves what
 * is large to the content store, and reports what the step has used over all its attempts, also when it fails.
 */
export function createHandlerActivity(handler: Handler, dependencies: ActivityDependencies) {
  return async (invocation: StepInvocation): Promise<StepOutcome> => {
    const { run, step, transform } = invocation;
    const seen: SeenAsks = { models: [], passedOver: [], pending: new Set() };
    const facts = async () => ({
      ...(await stepFacts({ run, step }, dependencies)),
      models: seen.models,
      ...(seen.passedOver.length > 0 ? { passedOver: seen.passedOver } : {}),
    });
    const content = scopedContent(dependencies.store, dependencies.namespace, run.tenant);
    const stopHeartbeat = startHeartbeat();
    try {
      const [inputs, config] = await Promise.all([
        loadFields(invocation.inputs, content.load),
        loadFields(invocation.config, content.load),
      ]);
      const context = createContext(invocation, dependencies, seen);
      // A handler that ignores its signal is left behind, so that cancel and shutdown do not wait for it.
      const given = toJson(await Promise.race([handler(inputs, config, context), cancelled()]));
      const output = transform === undefined ? given : await evaluateOne(transform, given, dependencies, 'transform');
      return { output: await content.shrink(output, invocation.inlineLimit), ...(await facts()) };
    } catch (error) {
      // An abort surfaces as whatever the library throws; what Temporal must see is its own cancellation.
      cancellationSignal().throwIfAborted();
      // Requests that it has left behind are paid: with their end it is known what for, and none goes on unwatched.
      await Promise.race([Promise.allSettled(seen.pending), cancelled()]);
      throw toApplicationFailure(error, await facts());
    } finally {
      stopHeartbeat();
    }
  };
}

function createContext(invocation: StepInvocation, dependencies: ActivityDependencies, seen: SeenAsks): HandlerContext {
  const { run, step } = invocation;
  return {
    signal: cancellationSignal(),
    workflowId: run.workflowId,
    step,
    attempt: activityInfo().attempt,
    read: scopedContent(dependencies.store, dependencies.namespace, run.tenant).read,
    ...createModelAccess(invocation, dependencies, seen),
    log: (message, fields = {}) => log.info(message, { step, ...fields }),
  };
}

async function loadFields(
  values: StepInvocation['inputs'],
  load: ReturnType<typeof scopedContent>['load'],
): Promise<JsonObject> {
  const fields = Object.entries(values).map(async ([name, value]) => [name, await load(value, name)] as const);
  return Object.fromEntries(await Promise.all(fields));
}

/** What JSON makes of a handler's output: `undefined` becomes null, dates strings. A cycle throws. */
function toJson(output: unknown): JsonValue {
  return JSON.parse(JSON.stringify(output) ?? 'null') as JsonValue;
}
