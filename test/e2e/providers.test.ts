import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import type { PipelineResult } from '../../src/contracts/pipeline.schema';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';
import { runInside } from '../helpers/run-inside';
import type { ScriptedModelServer } from '../helpers/scripted-model-server';
import { startScriptedModelServer } from '../helpers/scripted-model-server';
import { blocksOf, read } from '../unit/docs/pages';

const EMAIL = path.resolve(__dirname, '..', '..', 'examples', 'documents', 'email.txt');

let cli: Cli;
let models: ScriptedModelServer;

jest.setTimeout(120_000);
beforeAll(async () => {
  models = await startScriptedModelServer();
  const endpoint = { OPENAI_BASE_URL: models.url, OPENAI_API_KEY: 'key-for-tests', OPENAI_MODEL: 'scripted-model' };
  cli = await createCli(endpoint);
});
afterAll(async () => {
  await cli.close();
  await models.close();
});
beforeEach(() => models.script(undefined));

const inside = (...args: string[]) => runInside(args, { variables: cli.variables, cwd: cli.folder });

it('makes one request for each model step, and says which model answered', async () => {
  const before = models.requests.length;
  const analyzed = await cli.run(['analyze', EMAIL, '--json']);
  expect(analyzed.code).toBe(0);
  expect(models.requests.length - before).toBe(3);
  const { usage } = envelopeSchema.parse(analyzed.json()).result as PipelineResult;
  expect(usage.calls).toBe(3);
  expect(Object.keys(usage.byModel)).toEqual(['endpoint_model']);
  expect(analyzed.stderr).toContain('scripted-model');
});

it('leaves a run alone on Ctrl-C, says how to come back and how to cancel, and the run completes', async () => {
  models.script(async () => {
    await sleep(1_500);
    return undefined;
  });
  const before = models.requests.length;
  const command = cli.start(['analyze', EMAIL, '--json']);
  await models.until(({ requests }) => requests.length > before, 60_000);
  command.signal('SIGINT');
  const { code, stderr, json } = await command.result;

  expect(code).toBe(130);
  const { workflowId, status } = envelopeSchema.parse(json());
  expect(status).toBe('running');
  expect(stderr).toContain(`npx cadenza watch ${workflowId}`);
  expect(stderr).toContain(`npx cadenza cancel ${workflowId}`);
  const result = await inside('result', workflowId ?? '', '--json');
  expect(envelopeSchema.parse(result.json()).status).toBe('completed');
});

it('cancels a run: the open call is dropped, no further one leaves, and the exit status of the run is 1', async () => {
  models.script(() => ({ hang: true }));
  const before = models.requests.length;
  const started = await inside('analyze', EMAIL, '--detach', '--json');
  const id = envelopeSchema.parse(started.json()).workflowId ?? '';
  await models.until(({ requests }) => requests.length >= before + 2, 60_000);

  const running = await inside('result', id, '--no-wait', '--json');
  expect(running.code).toBe(0);
  expect(envelopeSchema.parse(running.json()).status).toBe('running');
  const cancelled = await cli.run(['cancel', id, '--wait', '--json']);
  expect(cancelled.code).toBe(0);
  expect(envelopeSchema.parse(cancelled.json())).toMatchObject({ status: 'cancelled', error: { type: 'Cancelled' } });
  expect(models.requests.length).toBe(before + 2);
  expect((await inside('status', id)).code).toBe(1);

  const again = await inside('cancel', id);
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('has ended (cancelled)') });
});

it('ends at once where the key is wrong, naming provider and variable, after the worker was replaced for it', async () => {
  models.script(({ headers }) =>
    headers.authorization === 'Bearer wrong-key'
      ? { status: 401, error: { message: 'Incorrect API key provided: wrong-key', code: 'invalid_api_key' } }
      : undefined,
  );
  const before = models.requests.length;
  const failed = await cli.run(['analyze', EMAIL, '--json'], { variables: { OPENAI_API_KEY: 'wrong-key' } });

  expect(failed.code).toBe(1);
  const { error } = envelopeSchema.parse(failed.json());
  expect(error?.type).toBe('AuthenticationFailed');
  expect(error?.message).toMatch(/endpoint.*OPENAI_API_KEY/);
  expect(failed.stdout + failed.stderr).not.toContain('wrong-key');
  // The two steps that run side by side, neither of them twice.
  expect(models.requests.length - before).toBeLessThanOrEqual(2);
  expect(failed.stderr).toContain('the background worker is replaced');
  expect(await readFile(path.join(cli.home, 'worker.json'), 'utf8')).not.toContain('wrong-key');
});

it('tells what is wrong with a models file, and leaves the worker that runs in peace', async () => {
  const file = path.join(cli.folder, 'models.yaml');
  await writeFile(file, 'providers: {}\nmodels: { gpt4: { provider: opnai, model: gpt-4.1 } }\n');
  const before = await readFile(path.join(cli.home, 'worker.json'), 'utf8');
  const refused = await inside('analyze', EMAIL, '--models', file, '--json');

  expect(refused.code).toBe(2);
  const { error } = envelopeSchema.parse(refused.json());
  expect(error?.type).toBe('ConfigurationInvalid');
  expect(error?.message).toMatch(/models\.yaml.*opnai/);
  expect(await readFile(path.join(cli.home, 'worker.json'), 'utf8')).toBe(before);
});

it('tells why a worker could not start', async () => {
  const file = path.join(cli.folder, 'handlers.cjs');
  await writeFile(file, 'throw new Error("no such thing");\n');
  const refused = await cli.run(['analyze', EMAIL, '--json'], { variables: { CADENZA_HANDLERS: file } });
  expect(refused.code).toBe(2);
  expect(envelopeSchema.parse(refused.json()).error).toMatchObject({
    type: 'ConfigurationInvalid',
    message: expect.stringContaining('handlers.cjs'),
  });
});

/** Writes a block of a page, by the name that stands in its first line, and gives its path. */
async function written(page: string, name: string, changed = (text: string) => text): Promise<string> {
  const block = blocksOf(read(page)).find(({ text }) => /^(?:#|\/\/) (.*)\n/.exec(text)?.[1] === name);
  const file = path.join(cli.folder, name);
  await writeFile(file, changed(block?.text ?? ''));
  return file;
}

it('keeps the handlers of docs/handlers.md for the commands of another shell, until they are dropped', async () => {
  const file = await written('docs/handlers.md', 'my-handlers.js');
  const input = await written('docs/handlers.md', 'my-pipeline.yaml');
  const line = ['run', 'pipeline', '-i', input, '--json'];
  const first = await cli.run(line, { variables: { CADENZA_HANDLERS: './my-handlers.js' } });
  expect(envelopeSchema.parse(first.json())).toMatchObject({ status: 'completed', result: { output: 5 } });
  const second = await inside(...line);
  expect(envelopeSchema.parse(second.json())).toMatchObject({ status: 'completed', result: { output: 5 } });
  expect(second.stderr).not.toContain('is replaced');

  await rm(file);
  const gone = await inside(...line);
  expect(gone.code).toBe(2);
  expect(envelopeSchema.parse(gone.json()).error?.message).toContain(`are gone: ${file}`);
  await cli.run(['down', '--forget-handlers']);
  // With the models of the next test, so that its Worker starts once.
  const without = await inside(...line, '--models', await readmeModels());
  expect(envelopeSchema.parse(without.json()).error?.type).toBe('UnknownHandler');
});

it('analyses a document with the models of the README, checks them, and keeps to the budget', async () => {
  const file = await readmeModels();
  const checked = await cli.run(['models', 'check', '--models', file, '--json']);
  expect(checked.code).toBe(0);
  expect(checked.json<{ models: object[] }>().models).toEqual(
    ['writer', 'classifier', 'names'].map((name) => ({ name, ok: true, seconds: expect.any(Number) })),
  );
  const analyzed = await cli.run(['analyze', EMAIL, '--models', file, '--budget', '0.05', '--json']);
  expect(analyzed.code).toBe(0);
  const { usage, budget } = envelopeSchema.parse(analyzed.json()).result as PipelineResult;
  expect(Object.keys(usage.byModel)).toEqual(['writer']);
  expect(budget).toMatchObject({ caps: { usd: 0.05 }, refused: 0 });
});

/** The models file of the README, with the scripted server in the place of the one it names. */
function readmeModels(): Promise<string> {
  return written('README.md', 'my-models.yaml', (text) => text.replace(/http:[^']*/, models.url));
}
