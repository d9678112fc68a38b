import type { OutputOf } from '../../src/client';
import { pipeline, typed } from '../../src/client';
import { createWorker } from '../../src/worker';
import { closeTestServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';

const handlers = {
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

const orders = pipeline<typeof handlers>('orders')
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

let world: TestWorld;

beforeAll(async () => {
  world = await createTestWorld();
});

afterAll(async () => {
  await world.close();
  await closeTestServer();
});

test('a built pipeline runs with handlers of a person, over a list, and gives the output that its types say', async () => {
  const worker = await createWorker({ environment: world.environment, handlers });
  const served = worker.run();
  const input = orders.runWith({ text: 'chair 2\ntable 3' }, { maxParallel: 2 });
  const result = await world.cadenza
    .start('pipeline', input)
    .then((run) => run.result())
    .finally(() => worker.shutdown());
  await served;
  const output = result.output as OutputOf<typeof orders>;
  expect(output).toEqual({ total: 505, second: 300, currency: 'EUR' });
  expect(result.results['priced']?.output).toEqual([
    { place: 0, amount: 200, currency: 'EUR' },
    { place: 1, amount: 300, currency: 'EUR' },
  ]);
  expect(result.results['late']?.status).toBe('skipped');
});
