/**
 * Every name that crosses a process boundary: task queue, Workflow Types, messages, ids.
 * Nothing else in the project spells one of these out.
 */

/** The Task Queue that every Cadenza Worker polls. */
export const TASK_QUEUE = 'cadenza';

/**
 * The Task Queue of the calls of a provider with limits: the server hands them out at its rate, over all Workers. Characters
 * that a name should not have stand in it as their code.
 */
export function providerTaskQueue(provider: string): string {
  return `${TASK_QUEUE}-provider-${plainName(provider)}`;
}

function plainName(value: string): string {
  return value.replace(/[^A-Za-z0-9_.@+-]/gu, (character) => `~${character.codePointAt(0)?.toString(16)}~`);
}

/** How calls of a batch's items stand to those that somebody waits for: 1 is first, 3 is what nothing is said about. */
export const BATCH_PRIORITY = 5;

/** The patterns a person can start. A pattern's name is its Workflow Type. */
export const PATTERNS = [
  'pipeline',
  'routeToModel',
  'ensemble',
  'cascade',
  'chain',
  'treeOfThought',
  'eventRouter',
  'batch',
] as const;
export type Pattern = (typeof PATTERNS)[number];

/** Workflow Types that no person starts by name: the registry of one definition, and the handling of one event. */
export const DEFINITION_WORKFLOW = 'definitionRegistry';
export const HANDLE_EVENT_WORKFLOW = 'handleEvent';

/** The Workflow Type of the generation of one node's thoughts, a child of its tree. */
export const EXPAND_THOUGHT_WORKFLOW = 'expandThought';

/** The Workflow Id of a definition's registry. */
export function definitionWorkflowId(name: string): string {
  return `cadenza-definition-${name}`;
}

/** The Workflow Type of the ledger of a budget by label and window, and what it answers: an Update and a Signal. */
export const BUDGET_LEDGER_WORKFLOW = 'budgetLedger';
export const LEDGER_MESSAGES = { lease: 'lease', report: 'report' } as const;

/** The Workflow Id of a ledger. Characters of a value that an id should not have stand in it as their code. */
export function budgetLedgerWorkflowId({
  label,
  value,
  window,
}: {
  label: string;
  value: string;
  window: string;
}): string {
  return `cadenza-budget-${label}=${plainName(value)}/${window}`;
}

/** Patterns that can be a step of a pipeline or a member of an ensemble: those that end with an answer. */
export const ANSWERING_PATTERNS = [
  'pipeline',
  'routeToModel',
  'ensemble',
  'cascade',
  'chain',
  'treeOfThought',
] as const;
export type AnsweringPattern = (typeof ANSWERING_PATTERNS)[number];

/** The field of a pattern's result that counts as its answer when it runs inside another pattern. */
export const MAIN_OUTPUT = {
  pipeline: 'output',
  routeToModel: 'result',
  ensemble: 'aggregatedResult',
  cascade: 'finalResult',
  chain: 'finalOutput',
  treeOfThought: 'finalSolution',
} as const satisfies Record<AnsweringPattern, string>;

/** Queries and Updates that every pattern answers. */
export const MESSAGES = {
  progress: 'progress',
  resultSoFar: 'resultSoFar',
  plan: 'plan',
  pause: 'pause',
  resume: 'resume',
  approve: 'approve',
  retry: 'retry',
  hold: 'hold',
} as const;

/** What a definition's registry answers: an Update that registers a version, a Query for one. */
export const DEFINITION_MESSAGES = { define: 'define', find: 'find' } as const;

/** What a router answers besides: Signals that bring events and outcomes, Updates, and the Query for dead letters. */
export const ROUTER_MESSAGES = {
  emit: 'emit',
  handled: 'handled',
  reportTo: 'reportTo',
  subscribe: 'subscribe',
  unsubscribe: 'unsubscribe',
  deadLetters: 'deadLetters',
  retryDeadLetters: 'retryDeadLetters',
  dropDeadLetters: 'dropDeadLetters',
} as const;

/** Activity Types that are not handlers; no handler may take one of these names. */
export const SYSTEM_ACTIVITIES = [
  'preparePipeline',
  'findDefinitions',
  'checkDefinition',
  'storeValue',
  'loadValue',
  'prepareRouter',
  'checkSubscription',
  'routeEvents',
  'endedRuns',
  'deliverWebhook',
  'readUsage',
  'readBudget',
  'raiseBudget',
  'readUsages',
  'prepareRoute',
  'prepareEnsemble',
  'prepareCascade',
  'prepareTree',
  'callTree',
  'referenceLevel',
  'joinPages',
  'callModel',
  'prepareChain',
  'askChainStep',
  'compareExamples',
  'readOutput',
  'evaluateExpressions',
  'followPath',
  'listItems',
  'gatherOutputs',
  'prepareBatch',
  'loadItems',
  'settleItem',
  'gatherItems',
  'collectRuns',
] as const;

/** The handlers that ship with the product; each is the name of an activity. */
export const BUILT_IN_HANDLERS = [
  'extract_text',
  'classify',
  'extract_entities',
  'generate_summary',
  'validate',
] as const;
export type BuiltInHandler = (typeof BUILT_IN_HANDLERS)[number];

/** What a model can be asked to do. `default` in the registry's `tasks` serves every task that has no line of its own. */
export const MODEL_TASKS = [
  'classification',
  'generation',
  'embedding',
  'summarization',
  'translation',
  'sentiment',
  'extraction',
] as const;
export type ModelTask = (typeof MODEL_TASKS)[number];

/** What a step (or a definition) may be called. */
export const STEP_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The name of a definition, and `name@version` with six or more characters of its version. */
export const DEFINITION_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*(@[0-9a-f]{6,64})?$/;

/** Names with a meaning of their own in references and templates; no step may take one. */
export const RESERVED_STEP_NAMES = ['input', 'initial_input', 'problem', 'thought', 'state', 'path'] as const;

/** The Workflow Id of a run that was not given one. `unique` is a UUID. */
export function workflowIdFor(pattern: Pattern, unique: string): string {
  return `${pattern}-${unique}`;
}

/** Memo field in which a run leaves what `list` shows of it: `{ status, costUsd }`. */
export const MEMO_OUTCOME = 'cadenza';

/** The label that separates tenants: content is only readable within the namespace and tenant that wrote it. */
export const TENANT_LABEL = 'tenant';

/** What references and filters of a subscription may start with: attributes of an event. */
export const EVENT_FIELDS: readonly string[] = ['data', 'id', 'type', 'source', 'time', 'subject'];
