import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { createTestNamespace } from '../helpers/test-namespace';
import { closeTestServer, testServer } from '../helpers/test-server';

const root = path.resolve(__dirname, '..', '..');
const run = promisify(execFile);

/** A project that has nothing of this one but the packed package: what npm would install for examples/own-service. */
let project: string;
let variables: Record<string, string>;

jest.setTimeout(120_000);
beforeAll(async () => {
  project = await realpath(await mkdtemp(path.join(tmpdir(), 'own-service-')));
  const modules = path.join(project, 'node_modules');
  await mkdir(modules);
  await cp(path.join(root, 'examples', 'own-service'), project, { recursive: true });
  const packed = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], {
    cwd: root,
  });
  await run('tar', ['-xzf', packed.stdout.trim()], { cwd: project });
  await run('mv', [path.join(project, 'package'), path.join(modules, 'cadenza')]);
  // What it declares and no more: a library that it uses and does not name is missing here.
  const { dependencies } = JSON.parse(await readFile(path.join(modules, 'cadenza', 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), '@types/node', 'undici-types']) {
    await mkdir(path.dirname(path.join(modules, name)), { recursive: true });
    await symlink(path.join(root, 'node_modules', name), path.join(modules, name));
  }
  variables = {
    PATH: process.env['PATH'] ?? '',
    HOME: project,
    CADENZA_HOME: path.join(project, '.cadenza'),
    TEMPORAL_ADDRESS: testServer().address,
    TEMPORAL_NAMESPACE: await createTestNamespace(),
    // Own Workflows are bundled with the converter that encryption needs.
    CADENZA_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
  };
});
afterAll(async () => {
  await rm(project, { recursive: true, force: true });
  await closeTestServer();
});

const node = (...args: string[]) => run(process.execPath, args, { cwd: project, env: variables });
const tsc = (...args: string[]) => node(path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...args);

test('a project outside compiles against the packed types, which are no `any`', async () => {
  await writeFile(path.join(project, 'src', 'wrong.ts'), WRONG);
  await tsc();
});

test('its own Workflow calls a pattern as a child, its handler and its Activity, in its own Worker', async () => {
  const worker = spawn(process.execPath, ['lib/worker.js'], { cwd: project, env: variables });
  const ended = new Promise<number | null>((resolve) => worker.once('exit', resolve));
  let errors = '';
  worker.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  try {
    const [ready] = await Promise.race([
      once(createInterface(worker.stdout), 'line'),
      ended.then((code) => Promise.reject(new Error(`the worker ended with ${code}: ${errors}`))),
    ]);
    expect(ready).toMatch(/^Worker ready: handleComplaint, and the patterns\./);
    const { stdout } = await node('lib/main.js');
    expect(JSON.parse(stdout)).toEqual({
      handled: {
        order: 'AB-1234',
        mood: 'negative',
        ticket: expect.stringMatching(/^ticket-complaint-/),
        costUsd: 0,
      },
      modelUsed: 'summarizer',
      result: { text: expect.stringContaining('AB-1234') },
    });
  } finally {
    worker.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
});

test('Workflows with what can not be are refused before the Worker serves', async () => {
  const wrong: Record<string, [code: string, message: string]> = {
    'a name of the patterns': ['exports.ensemble = async () => 1;', '"ensemble" is a Workflow of Cadenza\'s'],
    'nothing in it': ['exports.limit = 3;', 'exports no function'],
    'something that a Workflow may not use': ['exports.read = () => require("node:fs");', 'can not be bundled: '],
  };
  const files = Object.values(wrong).map(([code], index) => ({ code, name: `./wrong-${index}.js` }));
  for (const { code, name } of files) await writeFile(path.join(project, name), code);
  const script = `const { createWorker } = require('cadenza/worker');
    const refused = (workflowsPath) => createWorker({ workflowsPath }).then(
      () => 'served', ({ type, message }) => ({ type, message }));
    (async () => {
      const all = [];
      for (const name of ${JSON.stringify(files.map(({ name }) => name))}) all.push(await refused(name));
      console.log(JSON.stringify(all));
      process.exit();
    })();`;
  const { stdout } = await node('-e', script);
  const told = JSON.parse(stdout) as object[];
  expect(Object.fromEntries(Object.keys(wrong).map((what, index) => [what, told[index]]))).toEqual(
    Object.fromEntries(
      Object.entries(wrong).map(([what, [, message]]) => [
        what,
        { type: 'ConfigurationInvalid', message: expect.stringContaining(message) },
      ]),
    ),
  );
});

/** Each of these lines must be an error, or tsc says that the comment is for nothing. */
const WRONG = `
import { connectCadenza } from 'cadenza';
import { createWorker } from 'cadenza/worker';
import { executeChild } from '@temporalio/workflow';
import { pipeline } from 'cadenza/workflows';

export async function wrong(): Promise<void> {
  const cadenza = await connectCadenza();
  // @ts-expect-error -- there is no such task
  await cadenza.start('routeToModel', { task: 'sentimental', input: 'x' });
  // @ts-expect-error -- steps are objects
  await executeChild(pipeline, { args: [{ steps: ['a'] }] });
  // @ts-expect-error -- not a path
  await createWorker({ workflowsPath: 3 });
}
`;
