import type { GivenInput, OutputOf } from '../../src/client';
import { pipeline, typed } from '../../src/client';
import type { Handlers } from '../../src/handlers/handler';
import { useServedWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

const typedHandlers = {
  split_lines: ({ text }: { text: string }) => ({ lines: text.split('\n').map((line) => ({ line })) }),
  price_line: ({ line, place }: { line: string; place: number }, { currency }: { currency: string }) => ({
    place,
    amount: Number(line.split(' ')[1]),
    currency,
  }),
  add_up: ({ amounts, bonus = 0 }: { amounts: readonly { amount: number }[]; bonus?: number }) => ({
    total: amounts.reduce((sum, { amount }) => sum + amount, bonus),
  }),
};

const handlers: Handlers = { echo: (inputs, config) => ({ ...config, ...inputs }), ...(typedHandlers as object) };

const world = useServedWorld({ handlers });

/** A definition whose one step says `word`. */
const saying = (name: string, word: string, more: object = {}) => ({
  name,
  steps: [{ name: 'say', handler: 'echo', config: { word } }],
  output: 'say.word',
  ...more,
});
const run = async (input: GivenInput<'pipeline'>) => (await world.cadenza.start('pipeline', input)).outcome();
const outputOf = async (definition: string) => (await run({ definition })).result;

test('a registered definition runs by its name, and its result names the version', async () => {
  const { version, isNew } = await world.cadenza.definitions.define(saying('greeting', 'hello'));
  expect(isNew).toBe(true);
  expect(version).toMatch(/^[0-9a-f]{64}$/);
  expect(await outputOf('greeting')).toMatchObject({ output: 'hello', definition: { name: 'greeting', version } });
});

test('the newest version is the one that runs take; old ones stay callable by the first characters of theirs', async () => {
  const first = await world.cadenza.definitions.define(saying('versions', 'one'));
  const second = await world.cadenza.definitions.define(saying('versions', 'two'));
  expect(await outputOf('versions')).toMatchObject({ output: 'two' });
  expect(await outputOf(`versions@${first.version.slice(0, 8)}`)).toMatchObject({ output: 'one' });
  expect((await world.cadenza.definitions.find('versions')).versions.map(({ version }) => version)).toEqual([
    second.version,
    first.version,
  ]);
  const { error } = await run({ definition: 'versions@abcdef0' });
  expect(error).toMatchObject({ type: 'UnknownDefinition', field: 'definition' });
  expect(error?.message).toContain(second.version.slice(0, 12));
});

test('defining the same again changes nothing, and an earlier version becomes the newest again', async () => {
  const first = await world.cadenza.definitions.define(saying('again', 'one'));
  const same = await world.cadenza.definitions.define({ ...saying('again', 'one'), createdAt: '2026-01-01T00:00:00Z' });
  expect(same).toEqual({ ...first, isNew: false });
  await world.cadenza.definitions.define(saying('again', 'two'));
  await world.cadenza.definitions.define(saying('again', 'one'));
  const { version, versions } = await world.cadenza.definitions.find('again');
  expect({ version, count: versions.length }).toEqual({ version: first.version, count: 2 });
});

test('two that are registered at once are both kept', async () => {
  const defined = await Promise.all(
    ['a', 'b', 'c', 'd'].map((word) => world.cadenza.definitions.define(saying('together', word))),
  );
  const { versions } = await world.cadenza.definitions.find('together');
  expect(versions.map(({ version }) => version).sort()).toEqual(defined.map(({ version }) => version).sort());
});

test('redefining changes nothing in a run that waits for approval, nor in what it starts later', async () => {
  const outer = {
    name: 'waiting',
    steps: [
      { name: 'ok', approval: { message: 'Go on?' } },
      { name: 'say', handler: 'echo', config: { word: 'old' }, dependsOn: ['ok'] },
      { name: 'inner', pattern: 'pipeline', config: { definition: 'inside' }, dependsOn: ['ok'] },
    ],
    output: { own: 'say.word', inner: 'inner' },
  };
  await world.cadenza.definitions.define(saying('inside', 'old'));
  await world.cadenza.definitions.define(outer);
  const handle = await world.cadenza.start('pipeline', { definition: 'waiting' });
  await waitUntil(async () => (await handle.progress()).steps[0]?.status === 'running');
  await world.cadenza.definitions.define(saying('inside', 'new'));
  await world.cadenza.definitions.define({ ...outer, steps: [{ name: 'say', handler: 'echo' }], output: 'say' });
  await handle.approve({ step: 'ok', approved: true, by: 'test' });
  expect((await handle.outcome()).result).toMatchObject({ output: { own: 'old', inner: 'old' } });
  expect(await outputOf('inside')).toMatchObject({ output: 'new' });
});

test('a large definition is kept and runs', async () => {
  await world.cadenza.definitions.define(saying('large', 'x'.repeat(50_000)));
  const { result } = await run({ definition: 'large' });
  expect(result).toMatchObject({ output: { bytes: 50_000 } });
  expect((await world.cadenza.definitions.find('large')).definition.steps[0]?.config['word']).toHaveLength(50_000);
});

test('what could not run is refused with its path, and leaves nothing behind', async () => {
  const define = (definition: unknown) => world.cadenza.definitions.define(definition);
  const refused = (definition: object) => expect(define(definition)).rejects;
  await refused({ name: 'bad', steps: [{ name: 'a', handler: 'ecko' }] }).toMatchObject({
    type: 'UnknownHandler',
    field: 'steps[0].handler',
    message: expect.stringContaining('echo') as string,
  });
  await refused({ name: 'bad', step: [] }).toMatchObject({ type: 'InvalidInput' });
  await refused(saying('bad', 'x', { steps: [{ name: 'a', handler: 'echo', condition: '((' }] })).toMatchObject({
    field: 'steps[0].condition',
  });
  await refused(saying('bad', 'x', { callbacks: { sey: { webhook: { url: 'https://example.com' } } } })).toMatchObject({
    field: 'callbacks.sey',
    message: expect.stringContaining('did you mean "say"') as string,
  });
  await refused(saying('bad', 'x', { input: { type: 'object', propertys: {} } })).toMatchObject({ field: 'input' });
  const only = { type: 'object', properties: { text: {} }, additionalProperties: false };
  const mapped = { name: 'say', handler: 'echo', inputs: { said: 'input.txet' } };
  await refused({ name: 'bad', input: only, steps: [mapped] }).toMatchObject({
    field: 'steps[0].inputs.said',
    message: expect.stringContaining('did you mean "text"') as string,
  });
  await refused(saying('document_analysis', 'x')).toMatchObject({ field: 'name' });
  expect((await world.cadenza.definitions.list()).map(({ name }) => name)).not.toContain('bad');
  await expect(world.cadenza.definitions.find('bad')).rejects.toMatchObject({ type: 'UnknownDefinition' });
});

test('the list has what ships and what was registered, with the nearest name for one that is not there', async () => {
  await world.cadenza.definitions.define(saying('listed', 'x', { description: 'Says x.' }));
  await waitUntil(async () => (await world.cadenza.definitions.list()).some(({ name }) => name === 'listed'));
  const list = await world.cadenza.definitions.list();
  expect(list[0]).toMatchObject({ name: 'document_analysis', shipped: true });
  expect(list).toContainEqual(expect.objectContaining({ name: 'listed', description: 'Says x.', steps: 1 }));
  const { error } = await run({ definition: 'listet' });
  expect(error?.message).toContain('did you mean "listed"');
});

describe('the input schema of a definition', () => {
  const order = {
    type: 'object',
    properties: { id: { type: 'string', pattern: '^[a-z]+$' }, amount: { type: 'number', minimum: 0 } },
    required: ['id'],
    additionalProperties: false,
  };
  beforeAll(() => world.cadenza.definitions.define(saying('order', 'taken', { input: order })));

  test.each([
    [{ id: 'abc', amount: -1 }, 'input.amount: must be >= 0'],
    [{ amount: 1 }, "input: must have required property 'id'"],
    [{ id: 'abc', amuont: 1 }, 'did you mean "amount"'],
    [{ id: 'ABC' }, 'input.id: must match pattern'],
    [null, 'input: must be object'],
  ])('refuses %j before anything runs', async (input, message) => {
    const { status, error } = await run({ definition: 'order', input });
    expect({ status, type: error?.type }).toEqual({ status: 'failed', type: 'InvalidInput' });
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain('ABC');
  });

  test('takes what fits, also where it is large and stored', async () => {
    expect((await run({ definition: 'order', input: { id: 'abc' } })).status).toBe('completed');
    expect((await run({ definition: 'order', input: { id: 'a'.repeat(20_000) } })).status).toBe('completed');
    expect((await run({ definition: 'order', input: { id: 'A'.repeat(20_000) } })).status).toBe('failed');
  });
});

const orders = pipeline<typeof typedHandlers>('orders')
  .input<{ text: string; isLate?: boolean }>()
  .step('split', { handler: 'split_lines', inputs: ({ input }) => ({ text: input.text }) })
  .step('priced', {
    handler: 'price_line',
    forEach: { items: ({ split }) => split.lines, as: 'row', maxParallel: 2 },
    inputs: ({ row, index }) => ({ line: row.line, place: index }),
    config: { currency: 'EUR' },
    transform: '{ "place": place, "amount": amount * 100, "currency": currency }',
    returns: typed<{ place: number; amount: number; currency: string }>(),
  })
  .step('late', {
    handler: 'add_up',
    inputs: ({ priced }) => ({ amounts: priced }),
    condition: 'input.isLate = true',
  })
  .step('sum', { handler: 'add_up', inputs: ({ priced }) => ({ amounts: priced, bonus: 5 }) })
  .output(({ priced, sum }) => ({ total: sum.total, second: priced.at(1).amount, currency: priced.at(1).currency }));

test('a built pipeline runs with handlers of a person, over a list, and gives the output that its types say', async () => {
  const input = orders.runWith({ text: 'chair 2\ntable 3' }, { maxParallel: 2 });
  const result = await (await world.cadenza.start('pipeline', input)).result();
  const output = result.output as OutputOf<typeof orders>;
  expect(output).toEqual({ total: 505, second: 300, currency: 'EUR' });
  expect(result.results['priced']?.output).toEqual([
    { place: 0, amount: 200, currency: 'EUR' },
    { place: 1, amount: 300, currency: 'EUR' },
  ]);
  expect(result.results['late']?.status).toBe('skipped');
});
