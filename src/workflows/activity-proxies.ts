import type { ActivityOptions } from '@temporalio/workflow';
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { DEFAULT_HANDLER_TIMEOUT_SECONDS, DEFAULT_RETRY_COUNT, HEARTBEAT, MAX_PENDING } from '../contracts/limits';
import { BUILT_IN_HANDLERS, MODEL_TASKS } from '../contracts/names';
import type { Step } from '../contracts/pipeline.schema';
import type { StepInvocation, StepOutcome, SystemActivities, WebhookDelivery } from '../contracts/step-activity';
import type { OnWait, Turn } from './ask-again';
import { AtOnce } from '../core/at-once';
import { askAgain } from './ask-again';
import { oneAtATime } from './one-at-a-time';

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

/** Waits for long, and so has times of its own. */
type WaitingActivity = 'collectRuns';
type ValueActivity = Exclude<keyof SystemActivities, LocalActivity | CallActivity | WaitingActivity>;

/** A server refuses a run's 2,001st pending Activity, and a Workflow task with it, again and again. */
const activities = new AtOnce(MAX_PENDING);

const CHECK = 'check the input, take models and prices by value';

/** What each is for, in the Temporal UI. */
const LOCAL_PURPOSES: Record<LocalActivity, string> = {
  preparePipeline: CHECK,
  prepareRoute: CHECK,
  prepareEnsemble: CHECK,
  prepareCascade: CHECK,
  prepareChain: CHECK,
  prepareTree: CHECK,
  prepareRouter: 'check the subscriptions',
  checkDefinition: 'check the definition',
  checkSubscription: 'check the subscription',
  readUsage: 'what a step has used',
  readUsages: 'what steps have used',
  readBudget: 'what is left of the budget',
  raiseBudget: 'raise the cap of the budget',
  readOutput: 'read an answer as a vote',
  settleItem: 'compare an item with what was expected',
};
const VALUE_PURPOSES: Record<ValueActivity, string> = {
  findDefinitions: 'look definitions up',
  evaluateExpressions: 'evaluate conditions',
  storeValue: 'store a large value',
  loadValue: 'load a stored value',
  followPath: 'look into a stored value',
  listItems: 'take a list apart',
  gatherOutputs: 'put outputs together',
  joinPages: 'put stored lists together',
  prepareBatch: 'check the settings, store the items in pages',
  loadItems: 'load a page of items',
  gatherItems: 'put the results in order',
  routeEvents: 'find who takes events',
  endedRuns: 'which handlers have ended',
};

/** Quick, local, and safe to repeat: checking the input and reading what a step has used. One at a time. */
export const system = through(
  eachFor(LOCAL_PURPOSES, (summary) =>
    proxyLocalActivities<Pick<SystemActivities, LocalActivity>>({
      startToCloseTimeout: '10 seconds',
      scheduleToCloseTimeout: '1 minute',
      retry: { initialInterval: '100 milliseconds', maximumInterval: '5 seconds', maximumAttempts: 10 },
      summary,
    }),
  ),
  oneAtATime,
);

/** Work on values that may be in the content store, with its time. */
export const values = through(
  eachFor(VALUE_PURPOSES, (summary) =>
    proxyActivities<Pick<SystemActivities, ValueActivity>>({
      startToCloseTimeout: '1 minute',
      scheduleToCloseTimeout: '10 minutes',
      heartbeatTimeout: HEARTBEAT.timeoutSeconds * 1000,
      retry: { initialInterval: '500 milliseconds', maximumInterval: '10 seconds', maximumAttempts: 20 },
      summary,
    }),
  ),
  (work) => activities.run(work),
);

/** Activities that are called alike, each with a summary of its own. */
function eachFor<N extends keyof SystemActivities>(
  purposes: Record<N, string>,
  proxyWith: (summary: string) => Pick<SystemActivities, N>,
): Pick<SystemActivities, N> {
  const entries = (Object.entries(purposes) as [N, string][]).map(([name, purpose]) => [
    name,
    proxyWith(purpose)[name],
  ]);
  return Object.fromEntries(entries) as Pick<SystemActivities, N>;
}

type Call = (...args: unknown[]) => Promise<unknown>;

/** The same activities, each call of which waits for its turn. */
function through<A extends object>(proxies: A, inTurn: (work: () => Promise<unknown>) => Promise<unknown>): A {
  const calls = (Object.entries(proxies) as [string, Call][]).map(([name, call]) => {
    const later: Call = (...args) => inTurn(() => call(...args));
    return [name, later] as const;
  });
  return Object.fromEntries(calls) as A;
}

/** A provider may ask for a long wait between attempts; the whole step is given this long for them. */
const WAITS_SECONDS = 7 * 24 * 3600;

/** Between the attempts of what asks models; a provider's own word (Retry-After) comes before it. */
const CALL_RETRY = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' } as const;

/** Sends a webhook, over some minutes where the receiver is away. */
export function deliverWebhook(step: string, delivery: WebhookDelivery): Promise<void> {
  const webhooks = proxyActivities<Pick<SystemActivities, 'deliverWebhook'>>({
    startToCloseTimeout: '30 seconds',
    scheduleToCloseTimeout: '10 minutes',
    heartbeatTimeout: HEARTBEAT.timeoutSeconds * 1000,
    retry: { initialInterval: '1 second', backoffCoefficient: 3, maximumInterval: '2 minutes', maximumAttempts: 6 },
    summary: `${step}: webhook`,
  });
  return activities.run(() => webhooks.deliverWebhook(delivery));
}

const SAFE_TO_REPEAT: readonly string[] = [...BUILT_IN_HANDLERS, ...MODEL_TASKS];

/**
 * Runs a handler's activity with the step's own retry count and timeout: the one retry layer there is. What it has to
 * wait for is waited for here.
 */
export function runHandler(step: Step, invocation: StepInvocation, onWait?: OnWait): Promise<StepOutcome> {
  const name = step.handler as string;
  const attempts = step.retryCount ?? DEFAULT_RETRY_COUNT.handler;
  const ask = (turn: Turn) => {
    const handlers = proxyActivities<Record<string, (invocation: StepInvocation) => Promise<StepOutcome>>>(
      handlerOptions(step, turn),
    );
    const run = handlers[name] as (invocation: StepInvocation) => Promise<StepOutcome>;
    return activities.run(() => run(invocation));
  };
  // Who says how often means a lost Worker too, and a user's own handler may be what takes its Workers down.
  const outlivesWorkers = step.retryCount === undefined && SAFE_TO_REPEAT.includes(name);
  return askAgain(ask, { turn: { attempts }, onWait, outlivesWorkers });
}

/** How a model call is run: all its attempts together within `totalSeconds` where that is given. */
export type CallOptions = {
  summary: string;
  totalSeconds?: number | undefined;
  /** The queue of the model's provider, where that has limits. */
  taskQueue?: string | undefined;
  onWait?: OnWait;
};

/**
 * The activities that ask models, with the one retry layer. A cancelled call is not waited for: it ends with its next
 * heartbeat, and its connection with it. What a call has to wait for is waited for here.
 */
export function modelCalls(options: CallOptions): Pick<SystemActivities, ModelActivity> {
  const { totalSeconds, taskQueue, onWait } = options;
  const turn = { taskQueue, attempts: DEFAULT_RETRY_COUNT.handler };
  const withinMs = totalSeconds === undefined ? undefined : totalSeconds * 1000;
  const again = <R extends { attempts: number }>(ask: (calls: Pick<SystemActivities, ModelActivity>) => Promise<R>) =>
    askAgain((at) => ask(callsAt(at, options)), { turn, withinMs, onWait, outlivesWorkers: true });
  return {
    callModel: (call) => again((calls) => calls.callModel(call)),
    askChainStep: (call) => again((calls) => calls.askChainStep(call)),
    compareExamples: (comparison) => again((calls) => calls.compareExamples(comparison)),
    callTree: (call) => again((calls) => calls.callTree(call)),
    referenceLevel: (call) => again((calls) => calls.referenceLevel(call)),
  };
}

function callsAt(turn: Turn, { summary, totalSeconds }: CallOptions): Pick<SystemActivities, ModelActivity> {
  return proxyActivities<Pick<SystemActivities, ModelActivity>>({
    startToCloseTimeout: Math.min(totalSeconds ?? Infinity, DEFAULT_HANDLER_TIMEOUT_SECONDS) * 1000,
    scheduleToCloseTimeout:
      (totalSeconds ?? DEFAULT_HANDLER_TIMEOUT_SECONDS * DEFAULT_RETRY_COUNT.handler + WAITS_SECONDS) * 1000,
    heartbeatTimeout: HEARTBEAT.timeoutSeconds * 1000,
    cancellationType: 'TRY_CANCEL',
    retry: { ...CALL_RETRY, maximumAttempts: turn.attempts },
    summary,
    ...placeOf(turn),
  });
}

/** A queue of its own is never eager: that would go past the rate of the server. */
function placeOf({ taskQueue }: Turn): Partial<ActivityOptions> {
  if (taskQueue === undefined) return {};
  return { taskQueue, scheduleToStartTimeout: QUEUE_WAIT_SECONDS * 1000, allowEagerDispatch: false };
}

/** So long a call waits in the queue of its provider before it is asked whether that is still the place. */
const QUEUE_WAIT_SECONDS = 900;

function handlerOptions(step: Step, turn: Turn): ActivityOptions {
  const timeout = step.timeoutSeconds ?? DEFAULT_HANDLER_TIMEOUT_SECONDS;
  const attempts = step.retryCount ?? DEFAULT_RETRY_COUNT.handler;
  return {
    startToCloseTimeout: timeout * 1000,
    scheduleToCloseTimeout: (timeout * attempts + WAITS_SECONDS) * 1000,
    heartbeatTimeout: HEARTBEAT.timeoutSeconds * 1000,
    retry: { ...CALL_RETRY, maximumAttempts: turn.attempts },
    summary: `${step.name === step.handler ? step.name : `${step.name}: ${step.handler}`}${modelIn(step)}`,
    ...placeOf(turn),
  };
}

/** The model that the step's own settings name. */
function modelIn({ config }: Step): string {
  const model = config['model'];
  return typeof model === 'string' ? `, ${model}` : '';
}
