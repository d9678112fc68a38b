const { QUESTION, TREE, step, sleep } = require('./parts.cjs');

const labels = { group: 'found' };

/**
 * A run of each pattern that sets search attributes (the server has them), and whose calls go over the queue of a provider
 * with limits.
 */
const RUNS = {
  'pipeline-found': {
    input: {
      labels,
      steps: [
        step('ask', 'generation', { inputs: { text: { value: 'Pears?' } }, config: { model: 'queued' } }),
        { name: 'ok', approval: { message: 'Go on?', timeoutSeconds: 600 } },
        { name: 'vote', pattern: 'ensemble', config: { ...QUESTION, members: ['queued', 'gpt'] }, dependsOn: ['ask'] },
      ],
    },
    during: async (run, update) => {
      await sleep(1_000);
      await update('pause');
      await update('resume');
      await update('approve', { step: 'ok', approved: true, by: 'recorder' });
    },
  },
  'routeToModel-found': { input: { ...QUESTION, labels, model: 'queued' } },
  'ensemble-found': { input: { ...QUESTION, labels, members: [{ model: 'queued', samples: 3 }, 'gpt'] } },
  'cascade-found': {
    input: {
      ...QUESTION,
      labels,
      stages: [{ model: 'queued', accept: { when: "output.text = 'nobody says this'" } }, { model: 'queued' }],
    },
  },
  'chain-found': {
    input: {
      labels,
      initialPrompt: 'pears',
      steps: [
        { name: 'a', promptTemplate: 'On {initial_input}', model: 'queued' },
        { name: 'b', promptTemplate: 'After {a}', model: 'queued' },
      ],
    },
  },
  'treeOfThought-found': {
    input: {
      ...TREE,
      labels,
      depth: 2,
      generate: { ...TREE.generate, model: 'queued' },
      evaluate: { ...TREE.evaluate, model: 'queued' },
    },
  },
};

/** Not to be found in one run: ended by hand, or several at once. */
const CAMPAIGNS = {
  'eventRouter-found': async ({ cadenza, save }) => {
    const subscriptions = [
      { name: 'first', on: 'a', handler: 'generation', inputs: { text: 'data.text' }, config: { model: 'queued' } },
    ];
    const id = 'eventRouter-found';
    const run = await cadenza.start('eventRouter', { labels, subscriptions }, { id });
    await cadenza.emit(id, { type: 'a', id: 'a1', data: { text: 'Pears?' } });
    const router = cadenza.router(id);
    for (let handled = 0; handled < 1;) {
      await sleep(300);
      handled = (await run.progress()).events?.handled ?? 0;
    }
    await run.pause();
    await router.subscribe({ name: 'late', on: 'b', handler: 'echo' });
    await run.resume();
    await run.cancel();
    await run.outcome();
    await save(id);
  },
  // The ends of items that come at once: settled one by one, so that they come back in the same commands on replay.
  'batch-found': async ({ cadenza, save }) => {
    const items = Array.from({ length: 130 }, (_, n) => ({ id: n, input: `Pears ${n}?`, expected: 'pears' }));
    const config = { task: 'generation', model: 'queued' };
    const input = { labels, pattern: 'routeToModel', config, items, maxParallel: 20 };
    const run = await cadenza.start('batch', input, { id: 'batch-found' });
    await run.outcome();
    await save('batch-found');
  },
};

module.exports = { RUNS, CAMPAIGNS };
