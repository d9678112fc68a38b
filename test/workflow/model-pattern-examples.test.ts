import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { GivenInput } from '../../src/client';
import type { JsonObject } from '../../src/contracts/json';
import type { Pattern } from '../../src/contracts/names';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld } from '../helpers/test-world';

const EXAMPLES = path.resolve(__dirname, '..', '..', 'examples');

let world: TestWorld;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  // The names that the examples use, each served by the scripted server instead of a built-in model.
  world = await createTestWorld({
    registry: ({ models: { gpt } }) => ({
      models: Object.fromEntries(
        ['fast_classifier', 'sentiment_model', 'summarizer', 'local_llm'].map((name) => [
          name,
          { ...gpt, model: name },
        ]),
      ),
      tasks: { default: 'local_llm' },
    }),
  });
  stopWorker = await serveWorld(world);
});
afterAll(async () => {
  await stopWorker();
  await world.close();
  await closeTestServer();
});

const read = async (file: string) => readFile(path.join(EXAMPLES, file), 'utf8');

/** An example as the input of its pattern; a batch's items are the lines of its second file. */
async function inputOf(file: string, items?: string): Promise<GivenInput<Pattern>> {
  const given = parse(await read(file)) as JsonObject;
  if (items === undefined) return given as never;
  const lines = (await read(items)).trim().split('\n');
  return {
    pattern: 'routeToModel',
    config: given,
    items: lines.map((line) => JSON.parse(line) as JsonObject),
  } as never;
}

test.each<[Pattern, string, string | undefined, number, object]>([
  ['routeToModel', 'route-to-model/complaint.yaml', undefined, 1, { modelUsed: 'sentiment_model' }],
  ['ensemble', 'ensemble/document-type.yaml', undefined, 5, { decision: { valid: 3, failed: 0 } }],
  ['cascade', 'cascade/document-type.yaml', undefined, 1, { decision: { stage: 0, accepted: true } }],
  ['cascade', 'cascade/shorter.yaml', undefined, 2, { finalResult: expect.stringContaining('Summary: ') }],
  ['batch', 'batch/mail.yaml', 'batch/mail.jsonl', 12, { summary: { completed: 12, failed: 0, labelled: 12 } }],
])('%s: examples/%s runs against an OpenAI-compatible server too', async (pattern, file, items, calls, result) => {
  const before = world.models.requests.length;
  const input = await inputOf(file, items);
  const envelope = await (await world.cadenza.start(pattern, input)).outcome();
  expect(envelope).toMatchObject({ status: 'completed', result: { ...result, usage: { calls, cutCalls: 0 } } });
  expect(world.models.requests.length - before).toBe(calls);
});
