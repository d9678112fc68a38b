import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import { pipelineResultSchema } from '../../src/contracts/pipeline.schema';
import type { CadenzaWorker } from '../../src/worker';
import { createWorker } from '../../src/worker';
import type { Cli, CliResult } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';

let world: TestWorld;
let worker: CadenzaWorker;
let served: Promise<void>;
let cli: Cli;

jest.setTimeout(120_000);
beforeAll(async () => {
  world = await createTestWorld();
  worker = await createWorker({ environment: world.environment });
  served = worker.run();
  cli = await createCli(world.variables);
});
afterAll(async () => {
  worker.shutdown();
  await served;
  await cli.close();
  await world.close();
  await closeTestServer();
});

const steps = [
  { name: 'draft', handler: 'generation', inputs: { text: 'input' } },
  { name: 'final', handler: 'translation', inputs: { text: 'draft.text' } },
];
const shown = (given: CliResult) => {
  const envelope = envelopeSchema.parse(given.json());
  return {
    ...envelope,
    result: envelope.result === undefined ? undefined : pipelineResultSchema.parse(envelope.result),
  };
};

it('runs a run anew from a step on, with another model or input, detached or followed', async () => {
  const input = JSON.stringify({ steps, input: 'A chair' });
  const first = shown(await cli.run(['run', 'pipeline', '-i', '-', '--id', 'first', '--json'], { input }));
  expect(first).toMatchObject({ status: 'completed', result: { usage: { calls: 2 } } });

  const second = await cli.run(['rerun', 'first', '--from', 'final', '--model', 'other', '--id', 'second', '--json']);
  expect(second.code).toBe(0);
  expect(shown(second)).toMatchObject({
    workflowId: 'second',
    status: 'completed',
    result: {
      usage: { calls: 1 },
      results: { draft: { reason: 'taken from an earlier run' }, final: { models: ['other'] } },
    },
  });

  const file = path.join(cli.folder, 'other.yaml');
  await writeFile(file, '"A table"\n');
  const detached = await cli.run(['rerun', 'first', '--from', 'draft', '-i', file, '--detach', '--json']);
  const { workflowId, status } = envelopeSchema.parse(detached.json());
  expect(status).toBe('running');
  const third = await cli.run(['result', workflowId ?? '', '--json']);
  expect(shown(third).result?.output).toEqual({ text: '["English"] Answer to: A table' });
});

it.each([
  ['an unknown step', ['first', '--from', 'finale'], 'InvalidInput', 'did you mean "final"?'],
  ['an unknown run', ['nobody', '--from', 'final'], 'RunNotFound', 'npx cadenza list'],
  ['an id in use', ['first', '--from', 'final', '--id', 'second'], 'RunExists', 'second'],
  ['an unknown model', ['first', '--from', 'final', '--model', 'gtp'], 'UnknownModel', 'did you mean "gpt"?'],
  ['no step', ['first'], 'InvalidInput', '--from'],
])('refuses %s with exit status 2', async (_case, args, type, message) => {
  const { code, json } = await cli.run(['rerun', ...args, '--json']);
  expect(code).toBe(2);
  const envelope = envelopeSchema.parse(json());
  expect(envelope).toMatchObject({ pattern: 'pipeline', error: { type, message: expect.stringContaining(message) } });
});

it('is what retry names for a run that has ended', async () => {
  const { code, json } = await cli.run(['retry', 'first', 'final', '--json']);
  expect(code).toBe(2);
  const { error } = envelopeSchema.parse(json());
  expect(error?.message).toContain('the run "first" has ended (completed); `npx cadenza rerun first --from final`');
});

it('is shown by ui to who opens the address that it prints, and to nobody else', async () => {
  const serving = cli.start(['ui']);
  const [address, origin = ''] = await serving.said(/(http:\/\/127\.0\.0\.1:\d+)\S*token=\S+/);
  expect((await fetch(origin)).status).toBe(401);
  const entered = await fetch(address, { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const list = await fetch(new URL(entered.headers.get('location') ?? '', origin), { headers: { cookie } });
  expect([list.status, await list.text()]).toEqual([
    200,
    expect.stringMatching(/>first<[^]*>second<|>second<[^]*>first</),
  ]);
  serving.signal('SIGINT');
  expect((await serving.result).code).toBe(0);
});
