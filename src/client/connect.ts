import type { TracerProvider } from '@opentelemetry/api';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { Environment } from '../config/environment';
import { readEnvironment } from '../config/environment';
import { serverAddress } from '../config/server-address';
import type { GivenInput } from '../contracts/check-input.schema';
import type { RunList } from '../contracts/envelope.schema';
import type { ContentReference, DocumentReference } from '../contracts/content';
import { NO_TENANT } from '../contracts/content';
import { CadenzaError } from '../contracts/failures';
import type { Pattern } from '../contracts/names';
import { HANDLE_EVENT_WORKFLOW, PATTERNS } from '../contracts/names';
import { shown } from '../contracts/nearest-name';
import type { ContentStore } from '../store/content-store';
import { cipherOf } from '../payloads/create-cipher';
import { createFileContentStore } from '../store/file-content-store';
import { openSealing } from '../store/open-sealing';
import { openClientTelemetry } from '../telemetry/client-telemetry';
import type { GivenEvent } from '../contracts/event.schema';
import { storeDocument } from '../store/store-document';
import type { Definitions } from './definitions';
import { createDefinitions } from './definitions';
import { createEmit } from './emit';
import { encryptingDataConverter } from './encrypting-data-converter';
import type { BudgetSummary } from './list-budgets';
import { listBudgets } from './list-budgets';
import type { ListOptions } from './list-runs';
import { listRuns } from './list-runs';
import { prepareInput } from './prepare-input';
import { withReadableMemo } from './readable-memo';
import type { RouterHandle } from './router-handle';
import { createRouterHandle } from './router-handle';
import type { RerunOptions } from './rerun';
import { rerun } from './rerun';
import type { RunHandle } from './run-handle';
import { createRunHandle } from './run-handle';
import type { RunRecord } from './record/run-record';
import { readRunRecord } from './record/run-record';
import { runSummary } from './run-summary';
import type { Schedules } from './schedules';
import { createSchedules } from './schedules';
import { startRun } from './start-run';
import { hasWorker } from './task-queues';

export type CadenzaOptions = {
  /** An open client of Temporal to use instead of connecting; it is not closed with this one. */
  client?: Client;
  /** `host:port` of a server without TLS, instead of what the environment says. */
  address?: string;
  /** Where documents and large values go; the Workers must share it. Default: CADENZA_STORE. */
  store?: ContentStore;
  environment?: Environment;
  /** Where spans of started runs go, in the place of the provider that is registered or that the environment describes. */
  tracerProvider?: TracerProvider;
};

export type StartOptions = {
  /** The Workflow Id. One that is in use, or was, is refused. Default `<pattern>-<uuid>`. */
  id?: string;
};

/** A connection to the runs of one namespace. */
export type Cadenza = {
  readonly namespace: string;
  /** The Temporal client behind this one. */
  readonly temporal: Client;
  /** Runs that start by the clock. */
  readonly schedules: Schedules;
  /** @throws CadenzaError `InvalidInput`, `RunExists`, a row about documents, `StoreUnavailable`, `ServerUnavailable` */
  start<P extends Pattern>(pattern: P, input: GivenInput<P>, options?: StartOptions): Promise<RunHandle<P>>;
  /**
   * A new run of a pipeline that takes the outputs of all steps that do not depend on one step from an old run, which
   * may have ended in any way or go on. @throws CadenzaError `RunNotFound`, `InvalidInput`, and as `start`
   */
  rerun(workflowId: string, options: RerunOptions): Promise<RunHandle<'pipeline'>>;
  /** A run by its id, any pattern. @throws CadenzaError `RunNotFound` */
  find(workflowId: string): Promise<RunHandle>;
  /** All that there is to know of a run: input, result so far, progress, and where its time went. @throws as `find` */
  record(workflowId: string): Promise<RunRecord>;
  /**
   * The newest runs first, or the most expensive, of those that the filters find. @throws CadenzaError `InvalidInput`,
   * `ConfigurationInvalid` where the namespace lacks a search attribute that a filter needs
   */
  list(options?: ListOptions): Promise<RunList>;
  /** The budgets by label and window that calls have drawn on. */
  budgets(): Promise<BudgetSummary[]>;
  /**
   * True when a Worker has asked for work within the last minute, from the task queue that all serve or from that of the
   * calls of one provider.
   */
  hasWorker(provider?: string): Promise<boolean>;
  /** The text of a large value that a result refers to. @throws CadenzaError `ContentMissing`, `StoreUnavailable` */
  readContent(reference: ContentReference, tenant?: string): Promise<string>;
  /** Named pipelines, registered in Temporal itself. */
  readonly definitions: Definitions;
  /** Events for a router. Returns when Temporal has them. @throws CadenzaError `InvalidInput`, `RunNotFound` */
  emit(router: string, events: GivenEvent | readonly GivenEvent[]): Promise<void>;
  /** A router by its id: its subscriptions and dead letters. */
  router(workflowId: string): RouterHandle;
  /** Stores a document where runs of a tenant can read it. @throws CadenzaError a row about documents */
  storeDocument(file: string, tenant?: string): Promise<DocumentReference>;
  close(): Promise<void>;
};

/**
 * Connects to the server that the options or the environment name.
 * @throws CadenzaError `ServerUnavailable`; `ConfigurationInvalid` where keys are set and the given client has no codec, or
 * the store needs a key that is not set
 */
export async function connectCadenza(options: CadenzaOptions = {}): Promise<Cadenza> {
  const environment = options.environment ?? readEnvironment();
  const store = options.store ?? (await openStore(environment));
  const opened = await openClient(options, environment);
  const telemetry = openClientTelemetry(environment.telemetry, options.tracerProvider);
  const client = telemetry.traced(opened.client);
  const namespace = client.options.namespace;

  return {
    namespace,
    temporal: client,
    schedules: createSchedules(client, store),
    async start(pattern, given, { id } = {}) {
      const input = await prepareInput(pattern, given, store, namespace);
      return startRun(client, { pattern, input, id, summary: runSummary(pattern, input) });
    },
    rerun: async (workflowId, options) => rerun(client, store, await findRun(client, workflowId), options),
    find: (workflowId) => findRun(client, workflowId),
    record: async (workflowId) => readRunRecord(client, await findRun(client, workflowId)),
    list: (options = {}) => listRuns(client, options),
    budgets: () => listBudgets(client),
    hasWorker: (provider) => hasWorker(client, provider),
    async readContent(reference, tenant = NO_TENANT) {
      return Buffer.from(await store.get({ namespace, tenant }, reference)).toString('utf8');
    },
    definitions: createDefinitions(client, store),
    emit: createEmit(client, store),
    router: (workflowId) => createRouterHandle(client, store, workflowId),
    storeDocument: (file, tenant = NO_TENANT) => storeDocument(store, { namespace, tenant }, file),
    async close() {
      await opened.close();
      await telemetry.close();
    },
  };
}

async function openStore({ store, encryptionKeys }: Environment): Promise<ContentStore> {
  return createFileContentStore(store, await openSealing(store, cipherOf(encryptionKeys)));
}

async function openClient(options: CadenzaOptions, environment: Environment) {
  if (options.client) {
    if (environment.encryptionKeys && options.client.options.loadedDataConverter.payloadCodecs.length === 0) {
      throw new CadenzaError(
        'ConfigurationInvalid',
        'CADENZA_ENCRYPTION_KEYS is set, and the Temporal client that was given encrypts nothing: make it with `dataConverter: encryptingDataConverter()`',
        { field: 'CADENZA_ENCRYPTION_KEYS' },
      );
    }
    return { client: options.client, close: async () => undefined };
  }
  const { namespace, ...connectionOptions } = options.address
    ? { address: options.address, namespace: 'default' }
    : serverAddress(environment);
  const connection = await Connection.connect(connectionOptions).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.split('\n')[0] : '';
    const { address = 'localhost:7233' } = connectionOptions;
    throw new CadenzaError('ServerUnavailable', `no Temporal server answers at ${address} (${reason})`);
  });
  const dataConverter = encryptingDataConverter(environment);
  return { client: new Client({ connection, namespace, dataConverter }), close: () => connection.close() };
}

async function describedRun(client: Client, workflowId: string) {
  try {
    return await withReadableMemo(client).workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function findRun(client: Client, workflowId: string): Promise<RunHandle> {
  // No run has an empty id, and to the server it is no question at all.
  const found = workflowId === '' ? undefined : await describedRun(client, workflowId);
  // What handles an event is a pipeline in all but its type.
  const type = found?.type === HANDLE_EVENT_WORKFLOW ? 'pipeline' : found?.type;
  const pattern = PATTERNS.find((name) => name === type);
  if (!found || !pattern)
    throw new CadenzaError('RunNotFound', `no run has the id "${shown(workflowId)}"`, { field: 'id' });
  return createRunHandle(client, { workflowId, runId: found.runId, pattern });
}
