import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { GivenInput } from '../../src/client';
import { PATTERNS } from '../../src/contracts/names';
import type { Pattern } from '../../src/contracts/names';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld } from '../helpers/test-world';
import { closeTestServer } from '../helpers/test-server';
import { waitUntil } from '../helpers/wait-until';

/** A word that no summary and no details may have. */
const SECRET = 'zebrafish-secret';

type Shown = { [P in Pattern]: { input: GivenInput<P>; summary: string; details: RegExp } };

const step = (name: string, model: string) => ({ name, promptTemplate: `${name} {initial_input}`, model });
const task = { task: 'generation', input: SECRET } as const;

/** For each pattern a run of which a call is not answered yet, mostly of the model `other`, and what the UI shows of it. */
const RUNS: Shown = {
  pipeline: {
    input: {
      steps: [
        { name: 'draft', handler: 'generation', config: { text: SECRET, model: 'gpt' } },
        { name: 'pause', wait: { seconds: 1 } },
        { name: 'ok', approval: { message: 'Go on?', timeoutSeconds: 3600, onTimeout: 'reject' } },
        { name: 'vote', pattern: 'ensemble', config: { ...task, members: ['other'] }, dependsOn: ['draft', 'pause'] },
      ],
    },
    summary: 'pipeline: draft, pause, ok, vote',
    details:
      /\*\*running\*\*, 2 of 4 steps done · 1 call · \d+ tokens · \$0\.\d+[^]*approve pipeline ok`[^]*\| draft \| ✓ completed \| gpt \| .* s \| \d+ \| \$0\.\d+ \|[^]*\| vote \| ▶ running \| ensemble/,
  },
  routeToModel: {
    input: { ...task, model: 'other' },
    summary: 'routeToModel: generation',
    details: /\*\*running\*\*[^]*▶ running \| other \|/,
  },
  ensemble: {
    input: { ...task, members: ['gpt', { model: 'other', samples: 2 }], aggregation: 'majority_vote' },
    summary: 'ensemble: generation, gpt, other × 2',
    details: /\*\*Votes\*\*: 1 of 3 are in[^]*█[^]*\| ✓ completed \| gpt \| .* \$0\.\d+ \|[^]*▶ running \| other/,
  },
  cascade: {
    input: { ...task, mode: 'pipe', stages: [{ model: 'gpt' }, { model: 'other' }] },
    summary: 'cascade: generation, gpt → other',
    details: /1 of 2 steps done · 1 call[^]*✓ completed \| gpt \|[^]*▶ running \| other \|/,
  },
  chain: {
    input: { initialPrompt: SECRET, steps: [step('outline', 'gpt'), step('titles', 'other')] },
    summary: 'chain: outline → titles',
    details: /\| outline \| ✓ completed \| gpt \| .* \$0\.\d+ \|[^]*\| titles \| ▶ running \| other \|/,
  },
  treeOfThought: {
    input: {
      problem: SECRET,
      depth: 1,
      generate: { promptTemplate: 'generate {problem}', model: 'gpt' },
      evaluate: { promptTemplate: 'rate {thought}', model: 'other' },
    },
    summary: 'treeOfThought: bfs, 3 branches, depth 1',
    details: /\*\*Tree\*\*: level 1 of 1, 3 nodes[^]*\| 1 \| 2 \|[^]*evaluate \| ▶ running \| other \|/,
  },
  eventRouter: {
    input: {
      subscriptions: [{ on: 'a.b', handler: 'generation', inputs: { text: 'data.text' }, config: { model: 'other' } }],
    },
    summary: 'eventRouter: a.b',
    details: /\*\*running\*\*, 1 event came in[^]*\| a\.b \| 0 \| 0 \| 1 \|/,
  },
  batch: {
    input: {
      pattern: 'routeToModel',
      config: { task: 'generation', model: 'gpt' },
      items: [
        { id: 'a', input: SECRET },
        { id: 'b', input: `${SECRET}, held` },
      ],
    },
    summary: 'batch: routeToModel',
    details: /\*\*running\*\* █+░+ 50%[^]*\| 2 \| 1 \| 0 \| 1 \|[^]*1 call/,
  },
};

let world: TestWorld;
let stop: () => Promise<void>;
let release: () => void;
jest.setTimeout(60_000);
beforeAll(async () => {
  const held = new Promise<void>((resolve) => (release = resolve));
  world = await createTestWorld({
    answer: async ({ body }) => {
      const prompt = JSON.stringify(body.messages);
      if (body.model === 'other-test' || prompt.includes('held')) await held;
      if (prompt.includes('generate')) return `one ${SECRET}\ntwo ${SECRET}`;
      return prompt.includes('rate') ? '0.5' : 'fine';
    },
  });
  stop = await serveWorld(world);
  await Promise.all(
    PATTERNS.map((pattern) => world.cadenza.start(pattern, RUNS[pattern].input as never, { id: pattern })),
  );
  await world.cadenza.emit('eventRouter', [{ type: 'a.b', source: '/test', data: { text: SECRET } }]);
});
afterAll(async () => {
  release();
  await stop();
  await world.close();
  await closeTestServer();
});

const handleOf = (workflowId: string) => world.cadenza.temporal.workflow.getHandle(workflowId);

test.each(PATTERNS)(
  'a run of %s has a summary from its start, and shows where it stands while it goes on',
  async (pattern) => {
    const { summary, details } = RUNS[pattern];
    expect(await (await handleOf(pattern).describe()).staticSummary()).toBe(summary);
    let shown = '';
    const look = async () => {
      const { currentDetails } = (await handleOf(pattern).query('__temporal_workflow_metadata')) as {
        currentDetails?: string;
      };
      shown = (currentDetails ?? '').replaceAll('\u00a0', ' ');
      return details.test(shown);
    };
    await waitUntil(look).catch(() => undefined);
    expect(shown).toMatch(details);
    expect(shown).not.toContain(SECRET);
  },
);

type ShownEvent = { userMetadata?: { summary?: { data?: string } }; [attributes: string]: unknown };

/** What a history says of each Activity, timer and child: its summary, or nothing. */
async function summariesOf(workflowId: string): Promise<string[]> {
  const { events } = JSON.parse(historyToJSON(await handleOf(workflowId).fetchHistory())) as { events: ShownEvent[] };
  const needed = /^(activityTaskScheduled|timerStarted|startChildWorkflowExecutionInitiated)/;
  return events
    .filter((event) => Object.keys(event).some((name) => needed.test(name)))
    .map(({ userMetadata }) => Buffer.from(userMetadata?.summary?.data ?? '', 'base64').toString());
}

test('each Activity, timer and child of them says what it is for, and none quotes a text', async () => {
  release();
  await world.cadenza.find('pipeline').then((run) => run.approve({ step: 'ok', approved: true, by: 'the test' }));
  const ending = PATTERNS.filter((pattern) => pattern !== 'eventRouter');
  const outcomes = await Promise.all(ending.map(async (id) => (await (await world.cadenza.find(id)).outcome()).status));
  expect(new Set(outcomes)).toEqual(new Set(['completed']));
  const inside: string[] = [];
  for await (const { workflowId } of world.cadenza.temporal.workflow.list()) inside.push(workflowId);
  expect(inside.length).toBeGreaterThan(PATTERNS.length + 3);
  const all = Object.fromEntries(await Promise.all(inside.map(async (id) => [id, await summariesOf(id)] as const)));
  expect(
    Object.entries(all).filter(([, said]) => said.some((summary) => summary === '' || summary.includes(SECRET))),
  ).toEqual([]);
  expect(all['pipeline']).toEqual(
    expect.arrayContaining(['"draft: generation, gpt"', '"pause: wait"', '"ok: time to decide"', '"vote: ensemble"']),
  );
  expect(all['chain']).toEqual(['"outline: gpt"', '"titles: other"']);
});
