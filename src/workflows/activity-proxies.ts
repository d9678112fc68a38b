import type { ActivityOptions } from '@temporalio/workflow';
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { DEFAULT_HANDLER_TIMEOUT_SECONDS, DEFAULT_RETRY_COUNT, HEARTBEAT } from '../contracts/limits';
import type { Step } from '../contracts/pipeline.schema';
import type { StepInvocation, StepOutcome, SystemActivities, WebhookDelivery } from '../contracts/step-activity';
import type { OnWait } from './past-full-windows';
import { pastFullWindows } from './past-full-windows';

type LocalActivity =
  | 'preparePipeline'
  | 'prepareRoute'
  | 'prepareEnsemble'
  | 'prepareCascade'
  | 'prepareChain'
  | 'prepareTree'
  | 'checkDefinition'
  | 'prepareRouter'
  | 'checkSubscription'
  | 'readUsage'
  | 'readBudget'
  | 'raiseBudget'
  | 'readUsages'
  | 'readOutput'
  | 'settleItem';
type ModelActivity = 'callModel' | 'askChainStep' | 'compareExamples' | 'callTree' | 'referenceLevel';
type CallActivity = ModelActivity | 'deliverWebhook';

/** Quick, local, and safe to repeat: checking the input and reading what a step has used. */
export const system = proxyLocalActivities<Pick<SystemActivities, LocalActivity>>({
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '1 minute',
  retry: { initialInterval: '100 milliseconds', maximumInterval: '5 seconds', maximumAttempts: 10 },
});

/** Work on values that may be in the content store, with its time. */
export const values = proxyActivities<Omit<SystemActivities, LocalActivity | CallActivity>>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '10 minutes',
  heartbeatTimeout: HEARTBEAT.timeoutSeconds * 1000,
  retry: { initialInterval: '500 milliseconds', maximumInterval: '10 seconds', maximumAttempts: 20 },
});

/** A provider may ask for a long wait between attempts; the whole step is given this long for them. */
const WAITS_SECONDS = 7 * 24 * 3600;

/** Between the attempts of what asks models; a provider's own word (Retry-After) comes before it. */
const CALL_RETRY = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' } as const;

/** Sends a webhook, over some minutes where the receiver is away. */
export function deliverWebhook(step: string, delivery: WebhookDelivery): Promise<void> {
  const activities = proxyActivities<Pick<SystemActivities, 'deliverWebhook'>>({
    startToCloseTimeout: '30 seconds',
    scheduleToCloseTimeout: '10 minutes',
    heartbeatTimeout: HEARTBEAT.timeoutSeconds * 1000,
    retry: { initialInterval: '1 second', backoffCoefficient: 3, maximumInterval: '2 minutes', maximumAttempts: 6 },
    summary: `${step}: webhook`,
  });
  return activities.deliverWebhook(delivery);
}

/**
 * Runs a handler's activity with the step's own retry count and timeout: the one retry layer there is. For the next
 * window of a budget it waits here.
 */
export function runHandler(step: Step, invocation: StepInvocation, onWait?: OnWait): Promise<StepOutcome> {
  const name = step.handler as string;
  const activities = proxyActivities<Record<string, (invocation: StepInvocation) => Promise<StepOutcome>>>(
    handlerOptions(step),
  );
  const run = activities[name] as (invocation: StepInvocation) => Promise<StepOutcome>;
  return pastFullWindows(() => run(invocation), onWait);
}

/** How a model call is run: all its attempts together within `totalSeconds` where that is given. */
export type CallOptions = { summary: string; totalSeconds?: number | undefined; onWait?: OnWait };

/**
 * The activities that ask models, with the one retry layer. A cancelled call is not waited for: it ends with its next
 * heartbeat, and its connection with it. For the next window of a budget they wait here.
 */
export function modelCalls({ summary, totalSeconds, onWait }: CallOptions): Pick<SystemActivities, ModelActivity> {
  const attempts = DEFAULT_RETRY_COUNT.handler;
  const calls = proxyActivities<Pick<SystemActivities, ModelActivity>>({
    startToCloseTimeout: Math.min(totalSeconds ?? Infinity, DEFAULT_HANDLER_TIMEOUT_SECONDS) * 1000,
    scheduleToCloseTimeout: (totalSeconds ?? DEFAULT_HANDLER_TIMEOUT_SECONDS * attempts + WAITS_SECONDS) * 1000,
    heartbeatTimeout: HEARTBEAT.timeoutSeconds * 1000,
    cancellationType: 'TRY_CANCEL',
    retry: { ...CALL_RETRY, maximumAttempts: attempts },
    summary,
  });
  return {
    callModel: (call) => pastFullWindows(() => calls.callModel(call), onWait),
    askChainStep: (call) => pastFullWindows(() => calls.askChainStep(call), onWait),
    compareExamples: (comparison) => pastFullWindows(() => calls.compareExamples(comparison), onWait),
    callTree: (call) => pastFullWindows(() => calls.callTree(call), onWait),
    referenceLevel: (call) => pastFullWindows(() => calls.referenceLevel(call), onWait),
  };
}

function handlerOptions(step: Step): ActivityOptions {
  const timeout = step.timeoutSeconds ?? DEFAULT_HANDLER_TIMEOUT_SECONDS;
  const attempts = step.retryCount ?? DEFAULT_RETRY_COUNT.handler;
  return {
    startToCloseTimeout: timeout * 1000,
    scheduleToCloseTimeout: (timeout * attempts + WAITS_SECONDS) * 1000,
    heartbeatTimeout: HEARTBEAT.timeoutSeconds * 1000,
    retry: { ...CALL_RETRY, maximumAttempts: attempts },
    summary: step.name === step.handler ? step.name : `${step.name}: ${step.handler}`,
  };
}
