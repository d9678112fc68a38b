import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from './activities/create-activities';
import { createWindowBudgets } from './budgets/create-window-budgets';
import { createTemporalLedger } from './budgets/temporal-ledger';
import type { WindowBudgets } from './budgets/window-budgets';
import type { Environment } from './config/environment';
import { readEnvironment } from './config/environment';
import { loadShippedDefinitions, versionOf } from './config/load-definitions';
import { compiledFile } from './config/package-paths';
import { serverAddress } from './config/server-address';
import { CadenzaError } from './contracts/failures';
import { TASK_QUEUE } from './contracts/names';
import type { RegistryConfig } from './contracts/registry.schema';
import type { Cipher } from './contracts/sealing';
import { localModelEndpoint } from './embedded/local-model/local-model-endpoint';
import { localModelStatus } from './embedded/local-model/local-model-status';
import { createEvaluator } from './evaluator/create-evaluator';
import { createBuiltinModels } from './gateway/builtin/create-builtin-models';
import { createGateway } from './gateway/create-gateway';
import { describeRegistry } from './gateway/describe-registry';
import type { RegistryDescription } from './gateway/describe-registry';
import type { Gateway } from './gateway/gateway';
import { resolveRegistry } from './gateway/resolve-registry';
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
import { createProviderWorkers, runTogether, shutdownAll } from './provider-workers';
import { openSealing } from './store/open-sealing';
import { quietRuntime } from './telemetry/quiet-runtime';
import { createWebhookSender } from './webhooks/create-webhook-sender';

export type { Handler, HandlerContext, Handlers, TypedHandler } from './handlers/handler';

export type WorkerOptions = {
  /** Handlers of your own, beside the built-in ones; a name that is taken is refused. */
  handlers?: Readonly<Record<string, TypedHandler>>;
  /** File of the model registry, before CADENZA_MODELS and what is found in the environment. */
  models?: string;
  environment?: Environment;
  /** `host:port` of a server without TLS, instead of what the environment says. */
  address?: string;
  /** Activities at once: 200. Who raises it also raises the heartbeat timeout (docs/operations.md). */
  maxConcurrentActivities?: number;
};

export type CadenzaWorker = {
  /** A sentence on which models answer, and why these. */
  readonly models: string;
  readonly handlers: readonly string[];
  /** Serves until `shutdown` or a fatal error. Calls in flight get the grace time, others go to another Worker. */
  run(): Promise<void>;
  shutdown(): void;
};

/**
 * A Worker with everything it needs, ready to run: the composition root.
 * @throws CadenzaError `ConfigurationInvalid` (registry, handlers, keys of the store), `ServerUnavailable`
 */
export async function createWorker(options: WorkerOptions = {}): Promise<CadenzaWorker> {
  const environment = options.environment ?? readEnvironment();
  const cipher = cipherOf(environment.encryptionKeys);
  // First of all: a Worker that lacks the key of a store could read no task of its runs.
  const sealing = await openSealing(environment.store, cipher);
  const { gateway, found, registry, close } = await openGateway(environment, options.models);
  const handlers = {
    ...createBuiltInHandlers({ extractionChild: compiledFile('handlers', 'extraction', 'child.js') }),
    ...createModelTaskHandlers(),
    ...(environment.handlers ? await loadUserHandlers(environment.handlers) : {}),
    ...(options.handlers ? checkUserHandlers(options.handlers, 'createWorker') : {}),
  };
  installRuntime();
  const { connection, namespace } = await openConnection(environment, options.address);
  const { storeShared } = environment;
  const identity = await joinStore(connection, { namespace, store: environment.store, storeShared }).catch(
    async (error: unknown) => {
      await close();
      await connection.close();
      throw error;
    },
  );
  const windowBudgets = openWindowBudgets(registry, connection, namespace, cipher);
  const evaluator = createEvaluator({ processFile: compiledFile('evaluator', 'process.js') });
  const activities = createActivities({
    namespace,
    gateway,
    evaluator,
    store: createFileContentStore(environment.store, sealing),
    journal: createFileJournal(environment.store, sealing),
    cache: createFileResponseCache(environment.store, sealing),
    budgets: createFileBudgetLedger(environment.store),
    windowBudgets,
    handlers,
    definitions: loadShippedDefinitions(),
    versionOf,
    webhooks: createWebhookSender({
      secret: environment.webhookSecrets?.[0],
      allowPrivate: environment.webhookPrivate ?? false,
    }),
  });
  const mostActivities = options.maxConcurrentActivities ?? 200;
  const { workflowBundle, dataConverter } = conversion(cipher);
  const shared = {
    connection,
    namespace,
    identity,
    dataConverter,
    activities,
    // Cancellation arrives with heartbeats: this bounds how long a cancelled call goes on paying.
    maxHeartbeatThrottleInterval: '1 second',
    shutdownGraceTime: '30 seconds',
    shutdownForceTime: '40 seconds',
  } as const;
  const worker = await Worker.create({
    ...shared,
    taskQueue: TASK_QUEUE,
    workflowBundle,
    maxConcurrentActivityTaskExecutions: mostActivities,
    // A killed worker's sticky queue holds the next workflow task for this long.
    stickyQueueScheduleToStartTimeout: '1 second',
  });
  const workers = [worker, ...(await createProviderWorkers(registry, mostActivities, shared))];
  return {
    models: found,
    handlers: Object.keys(handlers),
    async run() {
      try {
        await runTogether(workers);
      } finally {
        // Unreturned, it counts as spent until the window ends.
        await windowBudgets?.close().catch(() => undefined);
        await evaluator.close();
        await close();
        await connection.close();
      }
    },
    shutdown: () => shutdownAll(workers),
  };
}

/** With a cipher payloads are encrypted, and in failures what they say with them: by Workflows in a bundle of its own. */
function conversion(cipher: Cipher | undefined) {
  const payloadCodecs = [createEncryptionCodec(cipher)];
  if (!cipher)
    return { workflowBundle: { codePath: compiledFile('workflow-bundle.js') }, dataConverter: { payloadCodecs } };
  return {
    workflowBundle: { codePath: compiledFile('workflow-bundle-encrypted.js') },
    dataConverter: { payloadCodecs, failureConverterPath: compiledFile('payloads', 'failure-converter.js') },
  };
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
  const { dataConverter } = conversion(cipher);
  const ledger = createTemporalLedger(new Client({ connection, namespace, dataConverter }));
  return createWindowBudgets({ budgets, ledger, holder: randomUUID() });
}

/** The models of this machine: the gateway, and a sentence on where they come from. */
export async function openGateway(
  environment: Environment,
  models?: string,
): Promise<{ gateway: Gateway; found: string; registry: RegistryConfig; close: () => Promise<void> }> {
  const { registry, found } = await resolveRegistry({ file: models ?? environment.models, environment: process.env });
  const local = localModelEndpoint({
    cacheDir: environment.cache,
    serverFile: compiledFile('embedded', 'local-model', 'server-main.js'),
  });
  const builtin = createBuiltinModels({ threadFile: compiledFile('gateway', 'builtin', 'thread.js') });
  const gateway = createGateway({ registry, environment: process.env, builtin, local });
  const close = async () => {
    await gateway.close();
    await local.close();
  };
  return { gateway, found, registry: registry.config, close };
}

/** What each model of this machine is for and whether it could be used now. Asks no provider for an answer. */
export async function describeModels(
  environment: Environment,
  models?: string,
): Promise<RegistryDescription & { found: string }> {
  const { registry, found } = await resolveRegistry({ file: models ?? environment.models, environment: process.env });
  const { installed } = await localModelStatus(environment.cache);
  return { ...describeRegistry({ registry, environment: process.env, localInstalled: installed }), found };
}

let runtimeInstalled = false;

/** Once for each process; a host program that has installed its own keeps it. */
function installRuntime(): void {
  if (runtimeInstalled) return;
  runtimeInstalled = true;
  try {
    Runtime.install(quietRuntime());
  } catch {
    // The Runtime is there already: the host's choice stands.
  }
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
