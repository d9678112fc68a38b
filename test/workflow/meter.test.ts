import type { GivenInput } from '../../src/client';
import type { Pattern } from '../../src/contracts/names';
import { CANCEL_BOUND_MS } from '../helpers/cancel-bound';
import { useServedWorld } from '../helpers/test-world';

/** As many as the promise is made for; an ensemble has them here, the others under `npm run prove -- meter`. */
const MOST = 50;
const IN_FLIGHT = process.env['CADENZA_PROVE_METER_MS'] ? MOST : 12;
const BOUND_MS = Number(process.env['CADENZA_PROVE_METER_MS'] ?? CANCEL_BOUND_MS);

const world = useServedWorld();

const many = <T>(make: (index: number) => T) => Array.from({ length: IN_FLIGHT }, (_, index) => make(index));

const INPUTS: [Pattern, object, number][] = [
  [
    'pipeline',
    {
      maxParallel: IN_FLIGHT,
      steps: many((index) => ({ name: `s${index}`, handler: 'generation', config: { text: `${index}` } })),
    },
    IN_FLIGHT,
  ],
  ['ensemble', { task: 'generation', input: 'x', members: [{ model: 'gpt', samples: MOST }] }, MOST],
  [
    'cascade',
    {
      task: 'generation',
      input: 'x',
      stages: [{ model: 'gpt', accept: { selfConsistency: { samples: IN_FLIGHT, share: 0.5 } } }, { model: 'gpt' }],
    },
    IN_FLIGHT,
  ],
  [
    'batch',
    {
      pattern: 'routeToModel',
      config: { task: 'generation' },
      items: many((index) => ({ input: `${index}` })),
      maxParallel: IN_FLIGHT,
    },
    IN_FLIGHT,
  ],
  [
    'treeOfThought',
    { problem: 'x', depth: 2, numBranches: IN_FLIGHT, generate: { mode: 'sample', promptTemplate: 'go on {path}' } },
    IN_FLIGHT,
  ],
  ['chain', { initialPrompt: 'x', steps: ['a', 'b'].map((name) => ({ name, promptTemplate: name })) }, 1],
  ['routeToModel', { task: 'generation', input: 'x' }, 1],
];

test.each(INPUTS)(
  'cancelled, %s with its calls in flight sends no other, and every connection is closed',
  async (pattern, input, inFlight) => {
    world.models.script(() => ({ hang: true }));
    const before = world.models.requests.length;
    const run = await world.cadenza.start(pattern, input as GivenInput<typeof pattern>);
    await world.models.until(({ open }) => open === inFlight, 20_000);
    const cancelledAt = Date.now();
    await run.cancel();
    await world.models.until(({ open }) => open === 0, BOUND_MS);
    const closedAfterMs = Date.now() - cancelledAt;
    const sent = world.models.requests.length;
    expect((await run.outcome()).status).toBe('cancelled');
    expect(closedAfterMs).toBeLessThan(BOUND_MS);
    expect(sent - before).toBe(inFlight);
    expect(world.models.requests).toHaveLength(sent);
    if (process.env['CADENZA_PROVE_METER_MS']) console.log(`${pattern}: ${inFlight} closed after ${closedAfterMs} ms`);
  },
  60_000,
);
