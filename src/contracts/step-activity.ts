import type { Amounts, BudgetScope, BudgetState } from './budget';
import type { BatchItem, BatchPages, BatchPlan, EndedItem, ItemRecord, SettledItem } from './batch-messages';
import type { Callbacks } from './callbacks.schema';
import type { ChainCall, ChainCallOutcome, ChainPlan } from './chain-call';
import type { ContentPath, ContentReference } from './content';
import type { NamedSubscription, RoutedEvent, RouterPlan } from './event-messages';
import type { FailureType } from './failures';
import type { JsonObject, JsonValue } from './json';
import type { ModelPins } from './model';
import type {
  AnswerRule,
  CascadePlan,
  ComparedExamples,
  EnsemblePlan,
  ExampleComparison,
  ModelCall,
  ModelCallOutcome,
  OutputReading,
  RoutePlan,
} from './model-call';
import type { Definition, PipelineInput, Step } from './pipeline.schema';
import type { ExpressionJob, ExpressionOutcome } from './pipeline-messages';
import type { SearchFacts } from './search-attributes';
import type { ReferenceCall, ReferenceLevel, TreeAnswer, TreeCall, TreePlan, TreeQuestion } from './tree-call';
import type { CallUsage } from './usage';

/** The run that an activity works for: what its journal keys, its content scope and its budgets are made from. */
export type RunIdentity = {
  workflowId: string;
  firstRunId: string;
  tenant: string;
  budgets?: BudgetScope[];
  /** Those that some budget by label and window is about. */
  labels?: Record<string, string>;
};

/**
 * What every plan may hold: the labels of its run that some budget by label and window is about, the task queues of
 * providers with limits, each with the models whose calls go there, and what the run is found by.
 */
export type SharedPlan = { budgetLabels?: Record<string, string>; queues?: ModelQueues; search?: SearchFacts };

/** Models by the task queue of their provider, where that has limits. */
export type ModelQueues = { [taskQueue: string]: string[] };

/** The one argument of every handler's activity. Large values travel as references, resolved in the activity. */
export type StepInvocation = {
  run: RunIdentity;
  step: string;
  inputs: { [parameter: string]: JsonValue | ContentPath };
  config: JsonObject;
  pins: StoredPins;
  /** JSONata over the output, which is its root. */
  transform?: string;
  /** JSON bytes of output that stay in place; the rest goes to the content store. */
  inlineLimit: number;
};

/** The run's models: in place where they are few, else in the content store. */
export type StoredPins = ModelPins | ContentReference;

/** A model that was asked first and gave no answer, and why. */
export type PassedOver = { model: string; type: FailureType };

/** What a handler's activity returns: small, with what is large in the content store. */
export type StepOutcome = {
  output: JsonValue;
  usage: CallUsage;
  /** Models that answered, in the order they were first asked. */
  models: string[];
  attempts: number;
  /** Models that were asked before and gave no answer. */
  passedOver?: PassedOver[];
  /** Why a pattern's answer is only a part of what was asked for. */
  partial?: string;
};

/** First detail of the failure of a handler's activity: what was paid before it failed. */
export type StepFailureDetail = {
  usage: CallUsage;
  models: string[];
  attempts: number;
  field?: string;
  /** Milliseconds after which it is asked again, where that is not an attempt. */
  waitMs?: number;
};

/** A step with what its references and its condition mention. */
export type PlannedStep = Step & {
  /** Steps that it waits for. */
  parents: string[];
  /** Names that its condition needs: steps, and `input`. */
  conditionNames: string[];
};

/** What a child is given by the pattern that starts it, as the second argument of its Workflow. */
export type InheritedContext = {
  tenant: string;
  pins: StoredPins;
  depth: number;
  /** The run that calls are journalled under, and what goes before the child's own step names there. */
  journal: RunIdentity;
  stepPrefix: string;
  /** Definitions that the run found when it started, by the name that steps call them. */
  definitions?: PinnedDefinitions;
  /** Events that stand before this run, where a router started it. */
  hops?: number;
};

/** Definitions by value: the version, and where the whole of it is stored. */
export type PinnedDefinitions = { [name: string]: { version: string; definition: ContentReference } };

/** What is asked for instead of a plan: definitions that have to be looked up in their registries first. */
export type LookUp = { lookUp: string[] };

/** What a run of a pipeline is made of, by value: nothing that changes later can change it. */
export type PipelinePlan = SharedPlan & {
  steps: PlannedStep[];
  output?: Definition['output'];
  definition?: { name: string; version: string };
  failFast: boolean;
  earlierOutputs: { [step: string]: JsonValue };
  maxParallel: number;
  budget?: PipelineInput['budget'];
  /** Small: what was large is in the content store. */
  input: PipelineInput['input'];
  tenant: string;
  pins: StoredPins;
  /** Definitions that steps name. */
  definitions?: PinnedDefinitions;
  /** Who is told of the end of a step; `*` of every step. */
  callbacks?: Callbacks;
};

/** A webhook: where it goes, by what the receiver tells repeats, and what it says. */
export type WebhookDelivery = { url: string; id: string; body: JsonObject };

/** A definition that can run here: in its normal form, or stored where that is large. */
export type CheckedDefinition = {
  version: string;
  definition: JsonObject | ContentReference;
  description?: string;
  steps: number;
};

/** The activities that are not handlers. */
export type SystemActivities = {
  /** Checks the input as the client did and resolves all that names something. */
  preparePipeline(
    input: unknown,
    inherited?: InheritedContext,
    found?: PinnedDefinitions,
  ): Promise<PipelinePlan | LookUp>;
  /** Registered definitions, and those that their own steps name, stored where the tenant can read them. */
  findDefinitions(tenant: string, names: string[]): Promise<PinnedDefinitions>;
  /** Checks a definition as a run of it would, and makes it small. */
  checkDefinition(name: string, given: JsonObject | ContentReference): Promise<CheckedDefinition>;
  /** Checks a router's input, and what its subscriptions name. */
  prepareRouter(input: unknown): Promise<RouterPlan>;
  /** Check the inputs of patterns of model calls, and all that they name. */
  prepareRoute(input: unknown, inherited?: InheritedContext): Promise<RoutePlan>;
  prepareEnsemble(input: unknown, inherited?: InheritedContext): Promise<EnsemblePlan>;
  prepareCascade(input: unknown, inherited?: InheritedContext): Promise<CascadePlan>;
  prepareChain(input: unknown, inherited?: InheritedContext): Promise<ChainPlan>;
  /** One step of a chain: its template filled, its model asked, its answer parsed. */
  askChainStep(call: ChainCall): Promise<ChainCallOutcome>;
  prepareTree(input: unknown, inherited?: InheritedContext): Promise<TreePlan>;
  /** Asks a model about nodes of a tree. */
  callTree<Q extends TreeQuestion>(call: TreeCall<Q>): Promise<TreeAnswer<Q>>;
  /** One level of a tree in mode `reference`. */
  referenceLevel(call: ReferenceCall): Promise<ReferenceLevel>;
  /** Stored lists as one stored list. */
  joinPages(tenant: string, pages: ContentReference[], field: string): Promise<ContentReference>;
  /** One call of a model, behind the journal. */
  callModel(call: ModelCall): Promise<ModelCallOutcome>;
  /** The examples of semantic routes against an input. */
  compareExamples(comparison: ExampleComparison): Promise<ComparedExamples>;
  /** A pattern's main output as an ensemble counts it. */
  readOutput(tenant: string, output: JsonValue, rule: AnswerRule, limit: number): Promise<OutputReading>;
  /** Checks one subscription for a router that has others. */
  checkSubscription(subscription: unknown, others: NamedSubscription[]): Promise<NamedSubscription>;
  /** Checks events and finds who takes them: by type, then by filter. Comes back in the order of the events. */
  routeEvents(tenant: string, subscriptions: JsonValue, events: unknown[]): Promise<RoutedEvent[]>;
  /** What `storeValue` has stored. */
  loadValue(tenant: string, reference: ContentReference): Promise<JsonValue>;
  /** Which of these runs have ended. */
  endedRuns(workflowIds: string[]): Promise<string[]>;
  /** Sends one signed request; `id` is the same over its retries. */
  deliverWebhook(delivery: WebhookDelivery): Promise<void>;
  /** A value as one reference. */
  storeValue(tenant: string, value: JsonValue): Promise<ContentReference>;
  /** JSONata in a process with limits; jobs come back in their order. */
  evaluateExpressions(tenant: string, root: JsonValue, jobs: ExpressionJob[]): Promise<ExpressionOutcome[]>;
  /** What a path into stored content leads to, small. */
  followPath(tenant: string, value: ContentPath): Promise<JsonValue>;
  /** The entries of a list, each small, also where the list is in the content store. */
  listItems(tenant: string, list: JsonValue | ContentPath): Promise<JsonValue[]>;
  /** Many outputs as one list; what is large in them is loaded and stored again as one value. */
  gatherOutputs(tenant: string, outputs: JsonValue[], inlineLimit: number): Promise<JsonValue>;
  /** Checks a batch's input and what its first item names, and stores the list in pages. */
  prepareBatch(input: unknown): Promise<BatchPlan>;
  /** Items from one on: of its page at most, and as many as are small enough together. */
  loadItems(plan: BatchPages & Pick<BatchPlan, 'pattern'>, from: number): Promise<BatchItem[]>;
  /** An item's output, small, against its expected answer where it has one. */
  settleItem(plan: BatchPages & Pick<BatchPlan, 'compare'>, item: number, output: JsonValue): Promise<SettledItem>;
  /** The records of a batch in the order of its items, with their ids and expected answers. */
  gatherItems(plan: BatchPages, chunks: ContentReference[], records: ItemRecord[]): Promise<JsonValue>;
  /** Waits until one of these runs has ended, and gives all that have; nothing where that takes minutes. */
  collectRuns(pattern: BatchPlan['pattern'], workflowIds: string[], seconds: number): Promise<EndedItem[]>;
  /** What a step has used, for where its activity ended without saying so (a lost Worker, a timeout). */
  readUsage(run: RunIdentity, step: string): Promise<CallUsage>;
  /** What the budget of a scope has come to. */
  readBudget(run: RunIdentity, scope: string): Promise<BudgetState>;
  /** Allows the budget of a scope more; never less than it was allowed before. */
  raiseBudget(run: RunIdentity, scope: string, caps: Partial<Amounts>): Promise<void>;
  /** The same for several, in their order. */
  readUsages(run: RunIdentity, steps: string[]): Promise<CallUsage[]>;
};
