import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import type { Cadenza } from '../../src/client';
import { connectCadenza } from '../../src/client';
import type { Environment } from '../../src/config/environment';
import { readEnvironment } from '../../src/config/environment';
import type { Handlers } from '../../src/handlers/handler';
import type { CadenzaWorker } from '../../src/worker';
import { createWorker } from '../../src/worker';
import type { ScriptedAnswer, ScriptedModelServer } from './scripted-model-server';
import { startScriptedModelServer } from './scripted-model-server';
import { createTestNamespace } from './test-namespace';
import { closeTestServer, testServer } from './test-server';

/** A namespace, a store, a scripted model server with a registry that points at it, and a client. */
export type TestWorld = {
  namespace: string;
  folder: string;
  environment: Environment;
  /** What a Worker in a process of its own needs to be part of this world. */
  variables: Record<string, string>;
  models: ScriptedModelServer;
  cadenza: Cadenza;
  close(): Promise<void>;
};

/** `gpt` and `other` are served by the scripted server at 2 and 8 USD per million tokens; the rest is built in. */
function registryAt(url: string) {
  const gpt = { provider: 'scripted', model: 'gpt-test', price: { input: 2, output: 8 } };
  return {
    providers: { scripted: { type: 'openai', baseUrl: url, apiKeyEnv: 'SCRIPTED_KEY' } },
    models: {
      gpt,
      other: { ...gpt, model: 'other-test' },
      fast_classifier: { provider: 'builtin', model: 'classifier' },
    },
    tasks: { default: 'gpt' },
  };
}

export type TestRegistry = ReturnType<typeof registryAt>;

type WorldOptions = {
  answer?: ScriptedAnswer;
  more?: Record<string, string>;
  /** Fields of the registry that take the place of its own. */
  registry?: (registry: TestRegistry) => object;
};

/** Everything a test of runs needs besides a Worker. End it with `close`. */
export async function createTestWorld({
  answer,
  more = {},
  registry: changes = () => ({}),
}: WorldOptions = {}): Promise<TestWorld> {
  process.env['SCRIPTED_KEY'] = 'key-for-tests';
  const folder = await mkdtemp(path.join(tmpdir(), 'cadenza-world-'));
  const models = await startScriptedModelServer(answer ? { answer } : {});
  const registry = path.join(folder, 'models.yaml');
  const shipped = registryAt(models.url);
  await writeFile(registry, stringify({ ...shipped, ...changes(shipped) }));
  const namespace = await createTestNamespace();
  const variables = {
    CADENZA_HOME: folder,
    CADENZA_MODELS: registry,
    TEMPORAL_ADDRESS: testServer().address,
    TEMPORAL_NAMESPACE: namespace,
    SCRIPTED_KEY: 'key-for-tests',
    ...more,
  };
  const environment = readEnvironment(variables);
  const cadenza = await connectCadenza({ environment });
  return {
    namespace,
    folder,
    environment,
    variables,
    models,
    cadenza,
    async close() {
      await cadenza.close();
      await models.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Has a Worker of this process serve the world until what this resolves with is called: one for all tests of a file. */
export async function serveWorld(world: TestWorld, handlers: Handlers = {}): Promise<() => Promise<void>> {
  const worker = await createWorker({ environment: world.environment, handlers });
  const served = worker.run();
  return () => {
    worker.shutdown();
    return served;
  };
}

/** One world with a Worker of this process for all tests of a file, made before the first of them and ended after the last. */
export function useServedWorld({ handlers, ...options }: WorldOptions & { handlers?: Handlers } = {}): TestWorld {
  // Has its fields when the first test runs.
  const world = {} as TestWorld;
  let stopWorker: () => Promise<void>;
  beforeAll(async () => {
    Object.assign(world, await createTestWorld(options));
    stopWorker = await serveWorld(world, handlers);
  });
  afterAll(async () => {
    await stopWorker();
    await world.close();
    await closeTestServer();
  });
  return world;
}

/** Runs `work` while a Worker of this process serves the world. Starting and ending one takes about a second. */
export async function withWorker<T>(
  world: TestWorld,
  work: (worker: CadenzaWorker) => Promise<T>,
  handlers: Handlers = {},
): Promise<T> {
  const worker = await createWorker({ environment: world.environment, handlers });
  const served = worker.run();
  try {
    return await work(worker);
  } finally {
    worker.shutdown();
    await served;
  }
}
