import { activityInfo, cancellationSignal, cancelled, log } from '@temporalio/activity';
import { isDocumentReference } from '../contracts/content';
import type { ContentPath, ContentReference } from '../contracts/content';
import type { JsonObject, JsonValue } from '../contracts/json';
import type { StepInvocation, StepOutcome } from '../contracts/step-activity';
import { loadStored } from '../core/content/load-stored';
import { storeLarge } from '../core/content/store-large';
import type { Handler, HandlerContext } from '../handlers/handler';
import { createAsk } from './ask-model';
import type { ActivityDependencies } from './dependencies';
import { startHeartbeat } from './heartbeat';
import { toApplicationFailure } from './to-application-failure';

/**
 * A handler as an activity: loads what its inputs refer to, runs it with heartbeats, moves what is large to the content
 * store and reports what the step has used over all its attempts, also when it fails.
 */
export function createHandlerActivity(handler: Handler, dependencies: ActivityDependencies) {
  return async (invocation: StepInvocation): Promise<StepOutcome> => {
    const { run, step } = invocation;
    const { attempt } = activityInfo();
    const models: string[] = [];
    const journalStep = { namespace: dependencies.namespace, ...run, step };
    const facts = async () => ({ usage: await dependencies.journal.usage(journalStep), models, attempts: attempt });
    const stopHeartbeat = startHeartbeat();
    try {
      const context = createContext(invocation, dependencies, models);
      const inputs = await loadInputs(invocation.inputs, context);
      // A handler that ignores its signal is left behind, so that cancel and shutdown do not wait for it.
      const output = await Promise.race([handler(inputs, invocation.config, context), cancelled()]);
      return { output: await storeOutput(output, invocation, dependencies), ...(await facts()) };
    } catch (error) {
      // An abort surfaces as whatever the library throws; what Temporal must see is its own cancellation.
      cancellationSignal().throwIfAborted();
      throw toApplicationFailure(error, await facts().catch(() => undefined));
    } finally {
      stopHeartbeat();
    }
  };
}

function createContext(
  invocation: StepInvocation,
  dependencies: ActivityDependencies,
  models: string[],
): HandlerContext {
  const { run, step } = invocation;
  const scope = { namespace: dependencies.namespace, tenant: run.tenant };
  return {
    signal: cancellationSignal(),
    workflowId: run.workflowId,
    step,
    attempt: activityInfo().attempt,
    read: (reference: ContentReference) => dependencies.store.get(scope, reference),
    ask: createAsk(invocation, dependencies, models),
    log: (message, fields = {}) => log.info(message, { step, ...fields }),
  };
}

async function loadInputs(inputs: StepInvocation['inputs'], context: HandlerContext): Promise<JsonObject> {
  const getText = async (reference: ContentReference) => Buffer.from(await context.read(reference)).toString('utf8');
  const load = async ([name, value]: [string, JsonValue | ContentPath]) =>
    [name, await loadStored(value, getText, name)] as const;
  return Object.fromEntries(await Promise.all(Object.entries(inputs).map(load)));
}

async function storeOutput(
  output: JsonValue,
  { run }: StepInvocation,
  { store, namespace }: ActivityDependencies,
): Promise<JsonValue> {
  const scope = { namespace, tenant: run.tenant };
  const plain = toJson(output);
  if (isDocumentReference(plain)) return plain;
  return storeLarge(plain, (text, mediaType) => store.put(scope, Buffer.from(text, 'utf8'), mediaType));
}

/** What JSON makes of a handler's output: `undefined` becomes null, dates strings. A cycle throws. */
function toJson(output: unknown): JsonValue {
  return JSON.parse(JSON.stringify(output) ?? 'null') as JsonValue;
}
