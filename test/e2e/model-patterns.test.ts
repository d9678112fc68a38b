import path from 'node:path';
import type { ItemResult } from '../../src/contracts/batch.schema';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';

/** The folder that the commands in the examples are meant for. */
const cwd = path.resolve(__dirname, '..', '..');

let cli: Cli;

jest.setTimeout(120_000);
beforeAll(async () => {
  // As on a fresh install: no key, no registry of one's own.
  cli = await createCli();
});
afterAll(() => cli.close());

test.each([
  [
    'routeToModel',
    'route-to-model/complaint.yaml',
    { modelUsed: 'sentiment_model', result: { prediction: 'negative' } },
  ],
  ['ensemble', 'ensemble/document-type.yaml', { aggregatedResult: 'invoice', decision: { valid: 3 } }],
  ['cascade', 'cascade/document-type.yaml', { finalResult: { prediction: 'invoice' }, decision: { stage: 0 } }],
  ['cascade', 'cascade/shorter.yaml', { finalResult: expect.stringMatching(/^The city council[^.]*\.$/) }],
])('%s: examples/%s gives its result without a call', async (pattern, file, result) => {
  const { code, stdout } = await cli.run(['run', pattern, '-i', `examples/${file}`, '--json'], { cwd });
  expect(code).toBe(0);
  const envelope = envelopeSchema.parse(JSON.parse(stdout));
  expect(envelope).toMatchObject({ pattern, status: 'completed', result: { ...result, usage: { calls: 0 } } });
});

test('people see the result first, then how it was decided; progress tells of the members', async () => {
  const file = 'examples/ensemble/document-type.yaml';
  const { stdout, stderr } = await cli.run(['run', 'ensemble', '-i', file, '--id', 'opinions'], { cwd });
  expect(stdout).toMatch(
    /^✓ opinions\n {2}invoice\n\n {2}How it was decided\n {2}majority vote: decided, 3 valid answers/,
  );
  expect(stdout).toMatch(/2 +pipeline +valid +other/);
  expect(stderr).toContain('members[1] completed');
  const status = await cli.run(['status', 'opinions']);
  expect(status.stdout).toMatch(/completed: ensemble[^]*✓ members\[0\] +fast_classifier/);
});

test('every task is answered by a model of a fresh install, or says what is missing', async () => {
  const text = 'Anna Berg of Quillmark Ltd loves her new lamp. It cost 20 EUR on 3 March 2026.';
  const items = [
    'classification',
    'sentiment',
    'extraction',
    'summarization',
    'generation',
    'translation',
    'embedding',
  ];
  const input = items.map((task) => {
    const more = task === 'translation' ? { targetLanguage: 'German' } : {};
    return JSON.stringify({ id: task, task, input: { text, ...more } });
  });
  const { json } = await cli.run(['batch', 'routeToModel', '--items', '-', '--json'], { input: input.join('\n') });
  const { result } = envelopeSchema.parse(json());
  const ended = (result as unknown as { results: ItemResult[] }).results;
  const said = Object.fromEntries(ended.map(({ id, status, error }) => [id, error?.message ?? status]));
  // The local model is there only where somebody installed it.
  const local = expect.stringMatching(/^completed$|run `cadenza models install local`/);
  expect(said).toEqual({
    classification: 'completed',
    sentiment: 'completed',
    extraction: 'completed',
    summarization: 'completed',
    generation: local,
    translation: local,
    embedding: expect.stringContaining('writes text and can not do "embedding"'),
  });
});

test('a name that is nearly a model is refused with the nearest one', async () => {
  const input = JSON.stringify({ task: 'sentiment', input: 'x', members: ['sentiment_modle'] });
  const { code, json } = await cli.run(['run', 'ensemble', '-i', '-', '--json'], { input });
  expect(code).toBe(2);
  expect(envelopeSchema.parse(json()).error).toMatchObject({
    type: 'UnknownModel',
    message: expect.stringContaining('did you mean "sentiment_model"?'),
  });
});
