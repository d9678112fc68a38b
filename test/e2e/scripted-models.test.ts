import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { chainResultSchema } from '../../src/contracts/chain.schema';
import { check } from '../../src/contracts/check-input.schema';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import { pipelineResultSchema } from '../../src/contracts/pipeline.schema';
import type { TreeOfThoughtResult } from '../../src/contracts/tree-of-thought.schema';
import { isSolution } from '../helpers/game-of-24';
import type { Cli, CliResult } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';
import { runInside } from '../helpers/run-inside';
import type { SimulatedModel } from '../helpers/simulated-model';
import { startSimulatedModel } from '../helpers/simulated-model';
import { closeTestServer } from '../helpers/test-server';
import type { TestRegistry, TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld } from '../helpers/test-world';

/** The folder that the commands in the examples are meant for. */
const cwd = path.resolve(__dirname, '..', '..');
const [ARTICLE, TICKET] = ['article', 'ticket'].map((name) => `examples/chain/${name}.yaml`) as [string, string];

let world: TestWorld;
let stop: () => Promise<void>;
let cli: Cli;
let game: SimulatedModel;

jest.setTimeout(120_000);
beforeAll(async () => {
  game = await startSimulatedModel();
  const text = await readFile(path.join(cwd, 'examples/game-of-24/models.yaml'), 'utf8');
  const ofGame = parse(text.replace('http://127.0.0.1:8824/v1', game.url)) as TestRegistry;
  // Beside the example's registry, a scripted model in the place of the local one, which the chains name.
  world = await createTestWorld({
    registry: ({ providers, models }) => ({
      providers: { ...providers, ...ofGame.providers },
      models: { ...models, ...ofGame.models, local_llm: { provider: 'scripted', model: 'm' } },
      tasks: { ...ofGame.tasks, default: 'gpt' },
    }),
  });
  stop = await serveWorld(world);
  cli = await createCli(world.variables);
});
afterEach(() => world.models.script(undefined));
afterAll(async () => {
  await stop();
  await cli.close();
  await world.close();
  await game.close();
  await closeTestServer();
});

const inside = (...args: string[]) => runInside(args, { variables: cli.variables, cwd });

describe('a chain', () => {
  it('shows people the answer first, then each step with model, time and tokens; progress tells of the steps', async () => {
    const { code, stdout, stderr } = await inside('run', 'chain', '-i', ARTICLE, '--id', 'article');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^✓ article\n {2}Answer to: .*\n\n {2}How it was decided\n {2}✓ idea +local_llm +[\d.]+ s +\d+ tok/s,
    );
    expect(stderr).toContain('titles completed (local_llm');
    expect(stderr).toContain('npx cadenza result article');
    expect((await inside('status', 'article')).stdout).toMatch(/completed: chain[^]*✓ opening +local_llm/);
  });

  it.each([
    [true, ['ticket', 'note', 'reply']],
    [false, ['ticket', 'reply']],
  ])('writes a note on the ticket of the example only where it is urgent: %s', async (urgent, steps) => {
    world.models.script(({ body }) =>
      body.response_format ? { json: { product: 'chair', urgent, mood: 'angry' } } : undefined,
    );
    const { code, json } = await inside('run', 'chain', '-i', TICKET, '--json');
    expect(code).toBe(0);
    const { result } = envelopeSchema.parse(json());
    const { chainResults, context } = check(chainResultSchema, result, 'result');
    expect(chainResults.map(({ step }) => step)).toEqual(steps);
    expect(context).toMatchObject({ ticket: { product: 'chair', urgent, mood: 'angry' } });
  });

  it('of which an answer was cut fails the command, which shows what it has and why', async () => {
    const before = world.models.requests.length;
    world.models.script((_request, index) => (index === before ? 'an idea' : { text: 'half', finishReason: 'length' }));
    const { code, json } = await inside('run', 'chain', '-i', ARTICLE, '--json');
    expect(code).toBe(1);
    expect(envelopeSchema.parse(json())).toMatchObject({
      pattern: 'chain',
      status: 'failed',
      error: { type: 'ModelOutputTruncated', message: expect.stringContaining('step "titles"') },
      result: { chainResults: [{ step: 'idea', response: 'an idea' }] },
    });
  });
});

test('examples/game-of-24: the puzzle is solved, verified, and shown as a tree', async () => {
  const shown = await inside('run', 'treeOfThought', '-i', 'examples/game-of-24/tree.yaml', '--id', 'game');
  expect(shown.code).toBe(0);
  const text = shown.stdout;
  expect(text.indexOf('Answer: ')).toBeLessThan(text.indexOf('How it was decided'));
  expect(text).toMatch(/^ {2}4 5 6 10$/m);
  expect(text).toMatch(/├─ .*\(left: .*20/);
  expect(text).toMatch(/└─ 5 pruned: 5 outside beam/);
  expect(shown.stderr).toMatch(/level 2 of 3, \d+ nodes/);
  expect(shown.stderr).toContain('npx cadenza result game');

  const { pattern, status, result } = envelopeSchema.parse((await inside('result', 'game', '--json')).json());
  const { finalSolution, verified, bestPath } = result as unknown as TreeOfThoughtResult;
  expect({ pattern, status, verified }).toEqual({ pattern: 'treeOfThought', status: 'completed', verified: true });
  expect(isSolution('4 5 6 10', String(finalSolution))).toBe(true);
  expect(bestPath).toHaveLength(5);
});

const steps = [
  { name: 'draft', handler: 'generation', inputs: { text: 'input' }, config: { model: 'gpt' } },
  { name: 'final', handler: 'translation', inputs: { text: 'draft.text' } },
];
const shown = (given: CliResult) => {
  const envelope = envelopeSchema.parse(given.json());
  return {
    ...envelope,
    result: envelope.result === undefined ? undefined : pipelineResultSchema.parse(envelope.result),
  };
};

describe('a rerun', () => {
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
    const detached = await inside('rerun', 'first', '--from', 'draft', '-i', file, '--detach', '--json');
    const { workflowId, status } = envelopeSchema.parse(detached.json());
    expect(status).toBe('running');
    const third = await inside('result', workflowId ?? '', '--json');
    expect(shown(third).result?.output).toEqual({ text: '["English"] Answer to: A table' });
  });

  it.each([
    ['an unknown step', ['first', '--from', 'finale'], 'InvalidInput', 'did you mean "final"?'],
    ['an unknown run', ['nobody', '--from', 'final'], 'RunNotFound', 'npx cadenza list'],
    ['an id in use', ['first', '--from', 'final', '--id', 'second'], 'RunExists', 'second'],
    ['an unknown model', ['first', '--from', 'final', '--model', 'gtp'], 'UnknownModel', 'did you mean "gpt"?'],
    ['no step', ['first'], 'InvalidInput', '--from'],
  ])('refuses %s with exit status 2', async (_case, args, type, message) => {
    const { code, json } = await inside('rerun', ...args, '--json');
    expect(code).toBe(2);
    const envelope = envelopeSchema.parse(json());
    expect(envelope).toMatchObject({ pattern: 'pipeline', error: { type, message: expect.stringContaining(message) } });
  });

  it('is what retry names for a run that has ended', async () => {
    const { code, json } = await inside('retry', 'first', 'final', '--json');
    expect(code).toBe(2);
    const { error } = envelopeSchema.parse(json());
    expect(error?.message).toContain('the run "first" has ended (completed); `npx cadenza rerun first --from final`');
  });
});

test('ui shows runs to who opens the address that it prints, and to nobody else', async () => {
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
