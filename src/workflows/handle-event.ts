import { CancellationScope, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import type { GivenInput } from '../contracts/check-input.schema';
import type { HandledOutcome, HandleEventRequest } from '../contracts/event-messages';
import { NO_TENANT } from '../contracts/content';
import type { JsonObject, JsonValue } from '../contracts/json';
import type { InputMapping } from '../contracts/input-mapping.schema';
import { TENANT_LABEL } from '../contracts/names';
import type { PipelineResult } from '../contracts/pipeline.schema';
import { resolveInputs } from '../core/graph/resolve-mappings';
import { fromShown } from '../core/usage';
import { PipelineRun } from './pipeline-run';
import { handledSignal, reportToSignal } from './router-messages';
import { asRunFailure, describeRunFailure, runFailure } from './run-failure';
import { followPaths } from './run-step';
import { servePipeline } from './serve-pipeline';

/**
 * Handles one event for one subscription, as a pipeline: the definition, or one step with the handler or pattern. The
 * router that started it hears of the outcome as a parent does of its child's, or by a signal where it has continued
 * as new meanwhile.
 */
export async function handleEvent(request: HandleEventRequest): Promise<PipelineResult> {
  let router: string | undefined;
  setHandler(reportToSignal, (workflowId: unknown) => {
    if (typeof workflowId === 'string' && workflowId !== '') router = workflowId;
  });
  const report = async (outcome: HandledOutcome) => {
    const to = router;
    if (to === undefined) return;
    const { handling } = request;
    // A router that has ended needs no report.
    const signal = () => getExternalWorkflowHandle(to).signal(handledSignal, { handling, outcome });
    await CancellationScope.nonCancellable(signal).catch(() => undefined);
  };
  try {
    checkRequest(request);
    const input = await inputOf(request).catch(asRunFailure);
    const result = await servePipeline(new PipelineRun(undefined, request.event.hops), input);
    await report({ result: result.output, usage: fromShown(result.usage) });
    return result;
  } catch (error) {
    const { info, detail } = describeRunFailure(error);
    const usage = detail?.usage ?? { byModel: {} };
    await report({ error: info, usage });
    throw error;
  }
}

/** Anyone can start a workflow. @throws ApplicationFailure `InvalidInput` for what no router sends */
function checkRequest(request: HandleEventRequest): void {
  const { event, subscription } = (request ?? {}) as Partial<HandleEventRequest>;
  if (typeof event === 'object' && event && typeof subscription === 'object' && subscription) return;
  throw runFailure({ type: 'InvalidInput', message: 'a router starts this, with an event and a subscription' }, null);
}

/** A definition is given the event's data or what the inputs map; a handler or a pattern is a step of its own. */
async function inputOf({ event, subscription, labels }: HandleEventRequest): Promise<GivenInput<'pipeline'>> {
  const { handler, definition, pattern, config, inputs, retryCount, timeoutSeconds } = subscription;
  const common = labels === undefined ? {} : { labels };
  const whole = event as unknown as JsonObject;
  if (definition !== undefined) {
    const given = resolveInputs({ inputs }, whole as Record<string, JsonValue>);
    const isMapped = Object.keys(inputs).length > 0;
    const input = isMapped ? await followPaths(given, labels?.[TENANT_LABEL] ?? NO_TENANT) : event.data;
    return { ...common, definition, input, config: config as Record<string, JsonObject> };
  }
  const limits = {
    ...(retryCount === undefined ? {} : { retryCount }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
  const runs = handler === undefined ? { pattern } : { handler };
  return {
    ...common,
    input: whole,
    steps: [{ name: 'handle', ...runs, config, inputs: overInput(inputs), ...limits }],
  };
}

/** References into an event, as references into the input of a pipeline. */
function overInput(inputs: Record<string, InputMapping>): Record<string, InputMapping> {
  const mappings = Object.entries(inputs).map(([parameter, mapping]) => {
    return [parameter, typeof mapping === 'string' ? `input.${mapping}` : mapping] as const;
  });
  return Object.fromEntries(mappings);
}
