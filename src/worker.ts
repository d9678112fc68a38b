import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from './activities/create-activities';
import { createWindowBudgets } from './budgets/create-window-budgets';
import { createTemporalLedger } from './budgets/temporal-ledger';
import type { WindowBudgets } from './budgets/window-budgets';
import type { Environment } from './config/environment';
import { readEnvironment } from './config/environment';
import { loadShippedDefinitions, versionOf } from './config/load-definitions';
import { compiledFile } from './config/package-paths';
import { watchSearchState } from './config/search-attributes';
import { serverAddress } from './config/server-address';
import { CadenzaError } from './contracts/failures';
import { TASK_QUEUE } from './contracts/names';
import type { RegistryConfig } from './contracts/registry.schema';
import type { Cipher } from './contracts/sealing';
import type { Closers } from './closers';
import { createClosers } from './closers';
import { createEvaluator } from './evaluator/create-evaluator';
import { createBuiltInHandlers } from './handlers/built-in-handlers';
import type { TypedHandler } from './handlers/handler';
import { checkUserHandlers, loadUserHandlers } from './handlers/load-user-handlers';
import { createModelTaskHandlers } from './handlers/model-task-handlers';
import { createFileBudgetLedger } from './store/file-budget-ledger';
import { cipherOf } from './payloads/create-cipher';
import { createEncryptionCodec } from './payloads/encryption-codec';
import { createFileContentStore } from './store/file-content-store';
import { createFileJournal } from './store/file-journal';
import { createFileResponseCache } from './store/file-response-cache';
import { joinStore } from './join-store';
import { findModels, openGateway } from './machine-models';
import type { OwnActivities } from './own-workflows';
import { bundleOwnWorkflows, checkOwnActivities } from './own-workflows';
import { createProviderWorkers, runTogether, shutdownAll } from './provider-workers';
import { openSealing } from './store/open-sealing';
import { startHealthEndpoint } from './telemetry/health-endpoint';
import { createWebhookSender } from './webhooks/create-webhook-sender';
import type { TelemetryChoice } from './worker-telemetry';
import { installRuntime, openTelemetry, readiness } from './worker-telemetry';

export type { Handler, HandlerContext, Handlers, TypedHandler } from './handlers/handler';

export type WorkerOptions = {
  /** Handlers of your own, beside the built-in ones; a name that is taken is refused. */
  handlers?: Readonly<Record<string, TypedHandler>>;
  /**
   * A module of Workflows of your own: each function that it exports is a Workflow Type beside Cadenza's. In TypeScript
   * or JavaScript, as this program could `import` it: `require.resolve('./workflows')`.
   */
  workflowsPath?: string;
  /** Activities that your own Workflows call, beside the handlers; a name that is taken is refused. */
  activities?: OwnActivities;
  /** File of the model registry, before CADENZA_MODELS and what is found in the environment. */
  models?: string;
  environment?: Environment;
  /** `host:port` of a server without TLS, instead of what the environment says. */
  address?: string;
  /** Activities at once: 200. Who raises it also raises the heartbeat timeout (docs/operations.md). */
  maxConcurrentActivities?: number;
  /** Logs, metrics, traces and health, laid over what the environment says (docs/telemetry.md). */
  telemetry?: TelemetryChoice;
};

export type CadenzaWorker = {
  /** A sentence on which models answer, and why these. */
  readonly models: string;
  readonly handlers: readonly string[];
  /** The Workflow Types of your own. */
  readonly workflows: readonly string[];
  /** Serves until `shutdown` or a fatal error. Calls in flight get the grace time, others go to another Worker. */
  run(): Promise<void>;
  shutdown(): void;
};

/**
 * A Worker with everything it needs, ready to run: the composition root. Where it fails nothing stays open.
 * @throws CadenzaError `ConfigurationInvalid` (registry, handlers, Workflows of your own, keys of the store, a port that
 * is taken), `ServerUnavailable`
 */
export async function createWorker(options: WorkerOptions = {}): Promise<CadenzaWorker> {
  const opened = createClosers();
  try {
    return await openWorker(options, opened);
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}

async function openWorker(options: WorkerOptions, opened: Closers): Promise<CadenzaWorker> {
  const environment = options.environment ?? readEnvironment();
  const cipher = cipherOf(environment.encryptionKeys);
  // First of all: a Worker that lacks the key of a store could read no task of its runs.
  const sealing = await openSealing(environment.store, cipher);
  const handlers = {
    ...createBuiltInHandlers({ extractionChild: compiledFile('handlers', 'extraction', 'child.js') }),
    ...createModelTaskHandlers(),
    ...(environment.handlers ? await loadUserHandlers(environment.handlers) : {}),
    ...(options.handlers ? checkUserHandlers(options.handlers, 'createWorker') : {}),
  };
  const ownActivities = checkOwnActivities(options.activities ?? {}, handlers);
  const bundled = await workflowsOf(options.workflowsPath, cipher);
  const { registry, found } = await findModels(environment, options.models);
  const { config } = registry;
  const settings = { ...environment.telemetry, ...options.telemetry };
  installRuntime(settings);
  const { connection, namespace } = await openConnection(environment, options.address);
  opened.add(() => connection.close());
  const { storeShared } = environment;
  const identity = await joinStore(connection, { namespace, store: environment.store, storeShared });
  const telemetry = openTelemetry(settings, config.providers);
  opened.add(() => telemetry.close());
  const { gateway, close } = openGateway(environment, registry, telemetry.providers);
  opened.add(close);
  const windowBudgets = openWindowBudgets(config, connection, namespace, cipher);
  // Unreturned, it counts as spent until the window ends.
  opened.add(() => windowBudgets?.close().catch(() => undefined));
  const evaluator = createEvaluator({ processFile: compiledFile('evaluator', 'process.js') });
  opened.add(() => evaluator.close());
  const { host, healthPort: port } = settings;
  // Before the Worker is there: until it asks for work it is not ready, and a port that is taken leaves none behind.
  let worker: Worker | undefined = undefined;
  if (port !== undefined) {
    const health = await startHealthEndpoint({ host, port }, () => readiness(worker, connection, environment.store));
    opened.add(() => health.close());
  }
  const activities = createActivities({
    namespace,
    gateway,
    evaluator,
    store: createFileContentStore(environment.store, sealing),
    journal: createFileJournal(environment.store, sealing),
    cache: createFileResponseCache(environment.store, sealing),
    budgets: createFileBudgetLedger(environment.store),
    windowBudgets,
    // Labels name customers and projects: where payloads are encrypted, they stay in them.
    search: { isReady: watchSearchState(connection, namespace), showsLabels: cipher === undefined },
    observer: telemetry.observer,
    handlers,
    definitions: loadShippedDefinitions(),
    versionOf,
    webhooks: createWebhookSender({
      secret: environment.webhookSecrets?.[0],
      allowPrivate: environment.webhookPrivate ?? false,
    }),
  });
  const mostActivities = options.maxConcurrentActivities ?? 200;
  const shared = {
    connection,
    namespace,
    identity,
    dataConverter: conversion(cipher),
    activities: { ...ownActivities, ...activities },
    interceptors: { activity: telemetry.activities },
    // Cancellation arrives with heartbeats: this bounds how long a cancelled call goes on paying.
    maxHeartbeatThrottleInterval: '1 second',
    shutdownGraceTime: '30 seconds',
    shutdownForceTime: '40 seconds',
  } as const;
  worker = await Worker.create({
    ...shared,
    taskQueue: TASK_QUEUE,
    workflowBundle: bundled.workflowBundle,
    sinks: telemetry.sinks,
    maxConcurrentActivityTaskExecutions: mostActivities,
    // A killed worker's sticky queue holds the next workflow task for this long.
    stickyQueueScheduleToStartTimeout: '1 second',
  });
  const workers = [worker, ...(await createProviderWorkers(config, mostActivities, shared))];
  return {
    models: found,
    handlers: Object.keys(handlers),
    workflows: bundled.workflows,
    async run() {
      try {
        await runTogether(workers);
      } finally {
        await opened.close();
      }
    },
    shutdown: () => shutdownAll(workers),
  };
}

/** With a cipher payloads are encrypted, and in failures what they say with them. */
function conversion(cipher: Cipher | undefined) {
  const payloads = {
    payloadCodecs: [createEncryptionCodec(cipher)],
    payloadConverterPath: compiledFile('payloads', 'payload-converter.js'),
  };
  return cipher ? { ...payloads, failureConverterPath: compiledFile('payloads', 'failure-converter.js') } : payloads;
}

/** The Workflows: Cadenza's as they were bundled when it was built, or together with a person's own. */
async function workflowsOf(own: string | undefined, cipher: Cipher | undefined) {
  if (own !== undefined) {
    const { payloadCodecs: _, ...converters } = conversion(cipher);
    return bundleOwnWorkflows(own, converters);
  }
  const codePath = compiledFile(cipher ? 'workflow-bundle-encrypted.js' : 'workflow-bundle.js');
  return { workflowBundle: { codePath }, workflows: [] };
}

/**
 * The operator's budgets by label and window, and the tokens that providers are asked for a minute, behind the Worker's
 * own connection; undefined where there are none.
 */
function openWindowBudgets(
  { budgets, providers }: Pick<RegistryConfig, 'budgets' | 'providers'>,
  connection: NativeConnection,
  namespace: string,
  cipher: Cipher | undefined,
): WindowBudgets | undefined {
  const countsTokens = Object.values(providers).some(({ tokensPerMinute }) => tokensPerMinute !== undefined);
  if (budgets.length === 0 && !countsTokens) return undefined;
  const ledger = createTemporalLedger(new Client({ connection, namespace, dataConverter: conversion(cipher) }));
  return createWindowBudgets({ budgets, ledger, holder: randomUUID() });
}

async function openConnection(environment: Environment, address?: string) {
  const { namespace, ...options } = address ? { address, namespace: 'default' } : serverAddress(environment);
  const connection = await NativeConnection.connect(options).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.split('\n')[0] : '';
    const at = options.address ?? 'localhost:7233';
    throw new CadenzaError('ServerUnavailable', `no Temporal server answers at ${at} (${reason})`);
  });
  return { connection, namespace };
}
