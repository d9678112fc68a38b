import type { GivenInput } from '../../src/client';
import type { Pattern } from '../../src/contracts/names';
import type { CrashWorld } from '../helpers/crash-world';
import { answersByRequest, createCrashWorld } from '../helpers/crash-world';
import type { RecordedRequest } from '../helpers/scripted-model-server';

let world: CrashWorld;

beforeAll(async () => {
  // Samples differ, so that nothing is certain early.
  world = await createCrashWorld(200, ({ path, body }) =>
    path === '/embeddings' || body.response_format ? undefined : { text: `${body.seed ?? 0} pears` },
  );
});

afterAll(() => world.close());

/** What is killed side by side. Each asks about something of its own, which tells their requests apart. */
const DECISIONS: {
  pattern: Pattern;
  about: string;
  input: object;
  isHeld(request: RecordedRequest): boolean;
  held: number;
}[] = [
  {
    pattern: 'ensemble',
    about: 'pears',
    input: {
      task: 'generation',
      input: 'How many pears?',
      members: [{ model: 'gpt', samples: 6, temperature: 1 }],
      stop: { window: 3 },
      aggregation: 'majority_vote',
    } satisfies GivenInput<'ensemble'>,
    // Its second window.
    isHeld: ({ body }) => (body.seed ?? 0) >= 3,
    held: 3,
  },
  {
    pattern: 'cascade',
    about: 'plums',
    input: {
      task: 'classification',
      input: { text: 'The plums are ripe.', labels: ['fruit', 'tool'] },
      stages: [
        { model: 'gpt', accept: { selfConsistency: { samples: 3, share: 1 } } },
        { model: 'gpt', accept: { score: 0.1 } },
      ],
    } satisfies GivenInput<'cascade'>,
    // Its second stage.
    isHeld: ({ body }) => body.seed === undefined,
    held: 1,
  },
  {
    pattern: 'routeToModel',
    about: 'figs',
    input: {
      task: 'generation',
      input: 'How many figs?',
      selector: {
        semantic: {
          threshold: 0,
          routes: [
            { name: 'fruit', model: 'gpt', examples: ['figs and apples', 'a bowl of figs'] },
            { name: 'tools', model: 'gpt', examples: ['a hammer for figs', 'two saws for figs'] },
          ],
        },
      },
    } satisfies GivenInput<'routeToModel'>,
    // The answer, after five embeddings.
    isHeld: ({ path }) => path !== '/embeddings',
    held: 1,
  },
];

const isAbout = (about: string, { body }: RecordedRequest) => JSON.stringify(body).includes(about);
const isHeld = (request: RecordedRequest) =>
  DECISIONS.some((decision) => isAbout(decision.about, request) && decision.isHeld(request));
const ALL_HELD = DECISIONS.reduce((sum, { held }) => sum + held, 0);

/** All of a result but what says how long and how often. */
function decisionOf(result: unknown): object {
  const { usage: _usage, ...decided } = result as Record<string, unknown>;
  return JSON.parse(
    JSON.stringify(decided, (name, value: unknown) => (name === 'usage' ? undefined : value)),
  ) as object;
}

test('an ensemble in its second window, a cascade between its stages and a route that has chosen: worker, then server and worker killed, the same decisions and no answered call repeated', async () => {
  const { cadenza, models } = world;
  const startAll = () => Promise.all(DECISIONS.map(({ pattern, input }) => cadenza.start(pattern, input as never)));
  const resultsOf = async (runs: Awaited<ReturnType<typeof startAll>>) =>
    Promise.all(runs.map((run) => run.result() as Promise<unknown>));
  await world.startWorker();
  const calm = await resultsOf(await startAll());
  const before = models.requests.length;
  // Killed only when all that will be open is open: a call that was noted and not yet sent counts as cut as well.
  const untilHeld = () =>
    models.until(
      ({ open, requests }) =>
        open === ALL_HELD &&
        requests
          .slice(before)
          .filter((request) => request.outcome === 'open')
          .every(isHeld),
      60_000,
    );

  const letGo = world.holdAnswers(isHeld);
  const rough = await startAll();
  await untilHeld();
  await world.killWorker();
  await models.until(({ open }) => open === 0, 60_000);
  await world.startWorker();
  await untilHeld();
  await Promise.all([world.killServer(), world.killWorker()]);
  await models.until(({ open }) => open === 0, 60_000);
  letGo();
  const sent = models.requests.length;
  await world.startWorker();
  await models.until(({ open, requests }) => open === 0 && requests.length === sent + ALL_HELD, 60_000);

  const results = await resultsOf(rough);
  const requests = models.requests.slice(before);
  for (const [index, { about, held }] of DECISIONS.entries()) {
    expect(decisionOf(results[index])).toEqual(decisionOf(calm[index]));
    const mine = requests.filter((request) => isAbout(about, request));
    expect(new Set(answersByRequest(mine))).toEqual(new Set([1]));
    const cut = mine.filter(({ outcome }) => outcome === 'aborted').length;
    expect(cut).toBe(2 * held);
    expect(results[index]).toMatchObject({ usage: { cutCalls: cut, calls: mine.length } });
  }
}, 180_000);
