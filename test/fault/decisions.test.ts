import type { GivenInput } from '../../src/client';
import type { Pattern } from '../../src/contracts/names';
import type { CrashWorld } from '../helpers/crash-world';
import { answersByRequest, createCrashWorld } from '../helpers/crash-world';

let world: CrashWorld;

beforeAll(async () => {
  // Samples differ, so that nothing is certain early.
  world = await createCrashWorld(200, ({ path, body }) =>
    path === '/embeddings' || body.response_format ? undefined : { text: `${body.seed ?? 0} pears` },
  );
});

afterAll(() => world.close());

const ENSEMBLE: GivenInput<'ensemble'> = {
  task: 'generation',
  input: 'How many pears?',
  members: [{ model: 'gpt', samples: 6, temperature: 1 }],
  stop: { window: 3 },
  aggregation: 'majority_vote',
};
const CASCADE: GivenInput<'cascade'> = {
  task: 'classification',
  input: { text: 'The pears are ripe.', labels: ['fruit', 'tool'] },
  stages: [
    { model: 'gpt', accept: { selfConsistency: { samples: 3, share: 1 } } },
    { model: 'gpt', accept: { score: 0.1 } },
  ],
};
const ROUTE: GivenInput<'routeToModel'> = {
  task: 'generation',
  input: 'How many pears?',
  selector: {
    semantic: {
      threshold: 0,
      routes: [
        { name: 'fruit', model: 'gpt', examples: ['pears and apples', 'a ripe plum'] },
        { name: 'tools', model: 'gpt', examples: ['a hammer', 'two saws'] },
      ],
    },
  },
};

/** All of a result but what says how long and how often. */
function decisionOf(result: unknown): object {
  const { usage: _usage, ...decided } = result as Record<string, unknown>;
  return JSON.parse(
    JSON.stringify(decided, (name, value: unknown) => (name === 'usage' ? undefined : value)),
  ) as object;
}

test.each([
  ['an ensemble that is in its second window', 'ensemble', ENSEMBLE, 3],
  ['a cascade between its stages', 'cascade', CASCADE, 3],
  ['a route that has chosen', 'routeToModel', ROUTE, 5],
] as [string, Pattern, never, number][])(
  '%s: worker, then server and worker killed, the same decision and no answered call repeated',
  async (_, pattern, input, answeredFirst) => {
    const { cadenza, models } = world;
    await world.startWorker();
    const calm = await (await cadenza.start(pattern, input)).result();
    const before = models.requests.length;
    const answered = () => models.requests.slice(before).filter(({ outcome }) => outcome === 'answered').length;

    const letGo = world.holdAnswers(answeredFirst);
    const rough = await cadenza.start(pattern, input);
    await models.until(({ open }) => answered() === answeredFirst && open >= 1, 20_000);
    await world.killWorker();
    await models.until(({ open }) => open === 0, 20_000);
    await world.startWorker();
    await models.until(({ open }) => open >= 1, 20_000);
    await world.killServer();
    await world.killWorker();
    await models.until(({ open }) => open === 0, 20_000);
    letGo();
    await world.startWorker();

    const result = await rough.result();
    expect(decisionOf(result)).toEqual(decisionOf(calm));
    const requests = models.requests.slice(before);
    expect(new Set(answersByRequest(requests))).toEqual(new Set([1]));
    const cut = requests.filter(({ outcome }) => outcome === 'aborted').length;
    expect(cut).toBeGreaterThanOrEqual(2);
    expect(result).toMatchObject({ usage: { cutCalls: cut, calls: answered() + cut } });
    await world.killWorker();
  },
  90_000,
);
