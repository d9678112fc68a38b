import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { readEnvironment } from '../../src/config/environment';
import { compiledFile } from '../../src/config/package-paths';
import { anyFreePort } from '../../src/embedded/free-port';
import { processAlive } from '../../src/embedded/process-info';
import { cachedTemporalBinary, findTemporalBinary } from '../../src/embedded/temporal-binary';
import { ensureTemporalServer, runningServer, stopTemporalServer } from '../../src/embedded/temporal-server';
import type { EnsuredServer, ServerOptions } from '../../src/embedded/temporal-server';

/** Faults of the embedded server, with real servers in homes of their own and real processes that are killed. */
const cacheDir = readEnvironment().cache;
const children: ChildProcess[] = [];
const listeners: Server[] = [];
let root: string;
let home: string;
let said: string[];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'cadenza-fault-'));
  // Characters that SQLite would read as parts of a URI.
  home = path.join(root, 'my #1 project 100%41', '.cadenza');
  said = [];
});

afterEach(async () => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
  listeners.splice(0).forEach((listener) => listener.close());
  const left = await runningServer(home);
  if (left) process.kill(left.pid, 'SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const ensure = async (options: Partial<ServerOptions> = {}) =>
  ensureTemporalServer({ home, cacheDir, detached: true, say: (message) => said.push(message), ...options });

const freePorts = async () => ({ port: await anyFreePort(), uiPort: await anyFreePort() });

/** A process that calls the compiled code; resolves to what it printed. */
const command = (module: string, code: string) => {
  const program = `const m = require(${JSON.stringify(compiledFile('embedded', module))});
    (async () => { ${code} })().then((value) => console.log(JSON.stringify(value)));`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
};
const printed = async (child: ChildProcess) => {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
  await once(child, 'close');
  return JSON.parse(text) as EnsuredServer;
};
/** `at` lets several processes begin in the same moment, however long each took to load. */
const ensureElsewhere = (ports: object, at = 0) => {
  const options = JSON.stringify({ home, cacheDir, detached: true, ...ports });
  const wait = `await new Promise((resolve) => setTimeout(resolve, ${at} - Date.now()));`;
  return command('temporal-server.js', `${wait} return m.ensureTemporalServer({ ...${options}, say() {} });`);
};

const takePort = async () => {
  const listener = createServer().listen(0, '127.0.0.1');
  listeners.push(listener);
  await once(listener, 'listening');
  return (listener.address() as { port: number }).port;
};

const withClient = async <T>(address: string, use: (client: Client) => Promise<T>): Promise<T> => {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
};

describe('the embedded server', () => {
  test('is shared by commands that start at once, outlives them, and keeps its runs and its address when it is killed', async () => {
    const ports = await freePorts();
    const at = Date.now() + 2_500;
    const all = await Promise.all([1, 2].map(() => printed(ensureElsewhere(ports, at))));
    const [first] = all as [EnsuredServer, EnsuredServer];
    expect(new Set(all.map((server) => server.pid)).size).toBe(1);
    expect(all.filter((server) => server.started)).toHaveLength(1);
    expect(await ensure()).toMatchObject({ pid: first.pid, started: false, address: `127.0.0.1:${ports.port}` });
    expect(existsSync(path.join(home, 'temporal.db'))).toBe(true);

    await withClient(first.address, (client) =>
      client.workflow.start('chain', { taskQueue: 'nobody', workflowId: 'kept', args: [] }),
    );
    process.kill(first.pid, 'SIGKILL');
    while (processAlive(first.pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await runningServer(home)).toBeUndefined();

    const second = await ensure();
    expect(second).toMatchObject({ started: true, address: first.address, uiUrl: first.uiUrl });
    expect(second.pid).not.toBe(first.pid);
    const description = await withClient(second.address, (client) => client.workflow.getHandle('kept').describe());
    expect(description.status.name).toBe('RUNNING');
  });

  test('lets nobody else wait for ever on a command that was killed while it held the lock', async () => {
    const holder = command(
      'folder-lock.js',
      `await m.withLock(${JSON.stringify(home)}, 'server', async () => {
      console.log('held'); await new Promise((resolve) => setTimeout(resolve, 1e6)); });`,
    );
    await once(holder.stdout!, 'data');
    holder.kill('SIGKILL');
    expect(existsSync(path.join(home, 'server.lock'))).toBe(true);
    const started = Date.now();
    expect(await ensure(await freePorts())).toMatchObject({ started: true });
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  test('is found again by the next command when the one that started it was killed before it answered', async () => {
    const starter = ensureElsewhere(await freePorts());
    while (!existsSync(path.join(home, 'temporal.db'))) await new Promise((resolve) => setTimeout(resolve, 2));
    starter.kill('SIGKILL');
    const { pid } = JSON.parse(readFileSync(path.join(home, 'server.json'), 'utf8')) as { pid: number };
    expect(await ensure()).toMatchObject({ pid, started: false });
  });

  test('does not take another process for itself because it has the recorded id or end it, and is gone with its record once stopped', async () => {
    const bystander = spawn('sleep', ['60']);
    children.push(bystander);
    mkdirSync(home, { recursive: true });
    const { port, uiPort } = await freePorts();
    const record = { pid: bystander.pid, address: `127.0.0.1:${port}`, uiUrl: `http://127.0.0.1:${uiPort}` };
    const file = path.join(home, 'server.json');
    writeFileSync(file, JSON.stringify({ ...record, startedAt: '', binary: '' }));
    expect(await stopTemporalServer(home)).toBe(false);
    writeFileSync(file, JSON.stringify({ ...record, startedAt: '', binary: '' }));
    const { pid, started, address } = await ensure();
    expect({ started, address }).toEqual({ started: true, address: record.address });
    expect(processAlive(bystander.pid!)).toBe(true);

    expect(await stopTemporalServer(home)).toBe(true);
    expect([processAlive(pid), processAlive(bystander.pid!)]).toEqual([false, true]);
    expect(existsSync(file)).toBe(false);
    expect(await stopTemporalServer(home)).toBe(false);
  });

  test('as a child holds no key in its environment and tells of its end', async () => {
    process.env.OPENAI_API_KEY = 'sk-of-a-test';
    const server = await ensure({ ...(await freePorts()), detached: false }).finally(() => {
      delete process.env.OPENAI_API_KEY;
    });
    // A yes or no, so that a failure does not print the environment.
    const holdsKey = () => readFileSync(`/proc/${server.pid}/environ`, 'utf8').includes('sk-of-a-test');
    if (process.platform === 'linux') expect(holdsKey()).toBe(false);
    process.kill(server.pid, 'SIGKILL');
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });
});

describe('a port that is taken', () => {
  test('is an error that names it and its variable where a person chose it', async () => {
    const port = await takePort();
    await expect(ensure({ port })).rejects.toMatchObject({
      type: 'ServerUnavailable',
      field: 'CADENZA_TEMPORAL_PORT',
      message: expect.stringContaining(`Port ${port} (CADENZA_TEMPORAL_PORT) is taken`),
    });
    await expect(ensure({ uiPort: port })).rejects.toMatchObject({ field: 'CADENZA_UI_PORT' });
  });

  test('gives way to the next free one where nobody chose it, and this is said', async () => {
    const [port, uiPort] = [await takePort(), await takePort()];
    mkdirSync(home, { recursive: true });
    const last = { pid: 1, address: `127.0.0.1:${port}`, uiUrl: `http://127.0.0.1:${uiPort}` };
    writeFileSync(path.join(home, 'server.json'), JSON.stringify({ ...last, startedAt: '', binary: '' }));
    const server = await ensure();
    expect(server.started).toBe(true);
    expect(server.address).not.toBe(last.address);
    expect(said).toEqual([
      `Port ${port} is taken by another program: the Temporal server listens on ${server.address.split(':')[1]}.`,
      `Port ${uiPort} is taken by another program: the Temporal UI listens on ${server.uiUrl.split(':')[2]}.`,
    ]);
  });
});

describe('a server that can not start', () => {
  test('because its database is damaged says which file and what to do', async () => {
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, 'temporal.db'), 'not a database'.repeat(1_000));
    await expect(ensure(await freePorts())).rejects.toMatchObject({
      type: 'ServerUnavailable',
      message: expect.stringMatching(/temporal\.db, is damaged \(.*not a database.*\)\. Put a copy back, or move it/),
    });
  });

  test('says the last line that it wrote', async () => {
    const fake = path.join(root, 'bin', 'temporal');
    mkdirSync(path.dirname(fake));
    writeFileSync(
      fake,
      '#!/bin/sh\n[ "$1" = --version ] && echo "Server 1.29.1" && exit\necho "no room left" >&2; exit 3\n',
    );
    chmodSync(fake, 0o755);
    const usual = process.env.PATH;
    process.env.PATH = `${path.dirname(fake)}${path.delimiter}${usual}`;
    try {
      await expect(ensure(await freePorts())).rejects.toMatchObject({
        type: 'ServerUnavailable',
        message: expect.stringContaining('ended at its start (exit status 3): no room left. Its log is'),
      });
    } finally {
      process.env.PATH = usual;
    }
  });
});

describe('a cached binary', () => {
  test('that was half-written is removed, and this is said', async () => {
    const whole = await findTemporalBinary({ cacheDir, say: () => undefined });
    const cache = path.join(root, 'cache');
    const cached = cachedTemporalBinary(cache);
    mkdirSync(cache);
    writeFileSync(cached, readFileSync(whole).subarray(0, 1_000_000), { mode: 0o755 });
    // Nothing on PATH: neither `temporal` nor Go. The download fails at a proxy that refuses.
    const env = { PATH: '', HTTPS_PROXY: `http://127.0.0.1:${await anyFreePort()}` };
    const search = findTemporalBinary({ cacheDir: cache, env, say: (message) => said.push(message) });
    await expect(search).rejects.toMatchObject({
      type: 'ServerUnavailable',
      message: expect.stringMatching(/not on PATH.*download failed.*Go is not on PATH.*Install the Temporal CLI/),
    });
    expect(said[0]).toBe(
      `The cached Temporal server ${cached} does not run (half-written or damaged): it is removed and fetched again.`,
    );
    expect(existsSync(cached)).toBe(false);
  });
});
