import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { readEnvironment } from '../../src/config/environment';
import { chainResultSchema } from '../../src/contracts/chain.schema';
import { check } from '../../src/contracts/check-input.schema';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import { localModelPaths } from '../../src/embedded/local-model/local-model-paths';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';
import type { ScriptedModelServer } from '../helpers/scripted-model-server';
import { startScriptedModelServer } from '../helpers/scripted-model-server';

/** The folder that the commands in the examples are meant for. */
const cwd = path.resolve(__dirname, '..', '..');
const EXAMPLES = ['article', 'ticket'].map((name) => `examples/chain/${name}.yaml`);

jest.setTimeout(180_000);

describe('with a scripted model in the place of the local one', () => {
  let cli: Cli;
  let models: ScriptedModelServer;

  beforeAll(async () => {
    models = await startScriptedModelServer();
    cli = await createCli();
    const registry = path.join(cli.folder, 'models.yaml');
    const providers = { scripted: { type: 'openai', baseUrl: models.url } };
    await writeFile(
      registry,
      stringify({
        providers,
        models: { local_llm: { provider: 'scripted', model: 'm' } },
        tasks: { default: 'local_llm' },
      }),
    );
  });
  afterAll(async () => {
    await cli.close();
    await models.close();
  });
  afterEach(() => models.script(undefined));

  const run = (...args: string[]) =>
    cli.run(args, { cwd, variables: { CADENZA_MODELS: path.join(cli.folder, 'models.yaml') } });

  test('people see the answer first, then each step with model, time and tokens; progress tells of the steps', async () => {
    const { code, stdout, stderr } = await run('run', 'chain', '-i', EXAMPLES[0] ?? '', '--id', 'article');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^✓ article\n {2}Answer to: .*\n\n {2}How it was decided\n {2}✓ idea +local_llm +[\d.]+ s +\d+ tok/s,
    );
    expect(stderr).toContain('titles completed (local_llm');
    expect(stderr).toContain('npx cadenza result article');
    expect((await run('status', 'article')).stdout).toMatch(/completed: chain[^]*✓ opening +local_llm/);
  });

  test.each([
    [true, ['ticket', 'note', 'reply']],
    [false, ['ticket', 'reply']],
  ])('the ticket example writes a note only where the ticket is urgent: %s', async (urgent, steps) => {
    models.script(({ body }) =>
      body.response_format ? { json: { product: 'chair', urgent, mood: 'angry' } } : undefined,
    );
    const { code, json } = await run('run', 'chain', '-i', EXAMPLES[1] ?? '', '--json');
    expect(code).toBe(0);
    const { result } = envelopeSchema.parse(json());
    const { chainResults, context } = check(chainResultSchema, result, 'result');
    expect(chainResults.map(({ step }) => step)).toEqual(steps);
    expect(context).toMatchObject({ ticket: { product: 'chair', urgent, mood: 'angry' } });
  });

  test('an answer that was cut fails the command, which shows what it has and why', async () => {
    const before = models.requests.length;
    models.script((_request, index) => (index === before ? 'an idea' : { text: 'half', finishReason: 'length' }));
    const { code, json } = await run('run', 'chain', '-i', EXAMPLES[0] ?? '', '--json');
    expect(code).toBe(1);
    expect(envelopeSchema.parse(json())).toMatchObject({
      pattern: 'chain',
      status: 'failed',
      error: { type: 'ModelOutputTruncated', message: expect.stringContaining('step "titles"') },
      result: { chainResults: [{ step: 'idea', response: 'an idea' }] },
    });
  });

  test('an unknown placeholder is bad input, with the nearest name, before anything is started', async () => {
    const input = JSON.stringify({ initialPrompt: 'x', steps: [{ name: 'a', promptTemplate: '{initial_inpt}' }] });
    const fresh = await createCli();
    const { code, json } = await fresh.run(['run', 'chain', '-i', '-', '--json'], { input });
    expect(existsSync(fresh.home)).toBe(false);
    await fresh.close();
    expect(code).toBe(2);
    expect(envelopeSchema.parse(json())).toMatchObject({
      workflowId: null,
      error: {
        type: 'InvalidInput',
        field: 'steps[0].promptTemplate',
        message: expect.stringContaining('did you mean "initial_input"?'),
      },
    });
  });
});

const paths = localModelPaths(readEnvironment().cache);
const installed = existsSync(paths.engineEntry) && existsSync(paths.weights);

(installed ? describe : describe.skip)('on the local model itself, as on a fresh install', () => {
  let cli: Cli;

  beforeAll(async () => {
    cli = await createCli({ CADENZA_CACHE: readEnvironment().cache });
  });
  afterAll(() => cli.close());

  test.each(EXAMPLES)('%s runs as its comment says', async (file) => {
    const { code, json } = await cli.run(['run', 'chain', '-i', file, '--json'], { cwd });
    expect(code).toBe(0);
    const { status, result } = envelopeSchema.parse(json());
    expect(status).toBe('completed');
    const { finalOutput, usage } = check(chainResultSchema, result, 'result');
    expect(finalOutput).toEqual(expect.stringMatching(/\w/));
    expect(usage.byModel).toHaveProperty('local_llm');
  });
});
