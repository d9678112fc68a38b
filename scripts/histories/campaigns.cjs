const { QUESTION, TREE, sleep, step } = require('./parts.cjs');

/** The file that a campaign leaves, where that is not its own name. */
const MARKS = {
  'event-router': 'event-router-first-run',
  batch: 'batch-first-run',
  'tree-of-thought': 'tree-of-thought-first-run',
};

/** What is no run of one pipeline: recorded by hand, each under the names that it is called for. */
const CAMPAIGNS = {
  'pipeline-registered-definition': async ({ cadenza, save }) => {
    const inner = { name: 'inner', input: { type: 'object' }, steps: [step('say', 'echo', { config: { a: 1 } })] };
    await cadenza.definitions.define(inner);
    await cadenza.definitions.define({ ...inner, description: 'Says it again.' });
    const nested = { name: 'nested', pattern: 'pipeline', config: { definition: 'inner', input: {} } };
    const callbacks = { '*': [{ event: { router: 'nobody' } }, { webhook: { url: 'http://127.0.0.1:9/hook' } }] };
    await cadenza.definitions.define({ name: 'outer', steps: [nested, step('last', 'echo')], callbacks });
    const run = await cadenza.start('pipeline', { definition: 'outer' }, { id: 'pipeline-registered-definition' });
    await run.outcome();
    await save('pipeline-registered-definition');
    await save('pipeline-nested-definition', 'pipeline-registered-definition/nested');
    await save('definition-registry', 'cadenza-definition-inner');
  },
  'budget-ledger': async ({ cadenza, save }) => {
    const labels = { team: 'recorded' };
    for (let round = 0; round < 3; round += 1) {
      const run = await cadenza.start(
        'routeToModel',
        { ...QUESTION, model: 'gpt', labels },
        { id: `budgeted-${round}` },
      );
      await run.outcome();
      // So that the Worker returns what it has not drawn on, and leases anew.
      await sleep(11_000);
    }
    await save('budget-ledger', 'cadenza-budget-team=recorded/day');
  },
  batch: async ({ cadenza, save }) => {
    const items = Array.from({ length: 90 }, (_, n) => {
      const model = n === 0 || n > 80 ? 'slow' : n === 7 ? 'broken' : 'gpt';
      return { input: `Pears ${n}?`, model, expected: 'pears' };
    });
    const input = { pattern: 'routeToModel', config: { task: 'generation' }, items, maxParallel: 4 };
    const run = await cadenza.start('batch', input, { id: 'batch' });
    // The first item runs on over two continue-as-new; those at the end are of the last run.
    for (let running = 0; running < 4;) {
      await sleep(500);
      const { batch } = await run.progress();
      running = batch.completed + batch.failed >= 80 ? batch.running : 0;
    }
    // Its end is found by a run that did not start it.
    await cadenza.temporal.workflow.getHandle('batch/item-0').terminate();
    await sleep(2_000);
    await run.cancel();
    await run.outcome();
    await save('batch-first-run', 'batch', run.runId);
    await save('batch-continued', 'batch');
  },
  'tree-of-thought': async ({ cadenza, save }) => {
    const input = { ...TREE, search: 'dfs', depth: 40, maxStates: 40 };
    const run = await cadenza.start('treeOfThought', input, { id: 'tree-of-thought' });
    const { runId } = run;
    await run.outcome();
    await save('tree-of-thought-first-run', 'tree-of-thought', runId);
    await save('tree-of-thought-continued', 'tree-of-thought');
    await save('expand-thought', 'tree-of-thought/expand[0]');
  },
  'event-router': async ({ cadenza, save }) => {
    const run = await cadenza.start(
      'eventRouter',
      {
        subscriptions: [
          { name: 'first', on: 'a', handler: 'echo', inputs: { n: 'data.n' }, orderBy: 'data.key', emit: 'b' },
          {
            name: 'second',
            on: 'b',
            handler: 'echo',
            filter: 'data.n > 1',
            emit: { type: 'c', data: { m: 'result' } },
          },
          { name: 'bad', on: 'a', handler: 'permanent' },
          { name: 'after', on: '*.failed', handler: 'echo' },
          { name: 'long', on: 'long', handler: 'patient' },
        ],
        maxHops: 3,
      },
      { id: 'event-router' },
    );
    const { runId } = run;
    const router = cadenza.router('event-router');
    await cadenza.emit('event-router', { type: 'long' });
    for (let n = 0; n < 8; n += 1) {
      await cadenza.emit('event-router', [
        { type: 'a', id: `a${n}`, data: { n, key: n % 2, text: 'x'.repeat(n * 1000) } },
        { type: 'a', id: 'a0', data: null },
        { type: 'nobody', id: `n${n}` },
      ]);
      await sleep(300);
    }
    await run.pause();
    await router.subscribe({ name: 'late', on: 'nobody', handler: 'echo' });
    await run.resume();
    await router.retryDeadLetters({ all: true });
    await router.unsubscribe('late');
    await router.dropDeadLetters({ all: true });
    // Until it has continued as new, with the long handler left to report.
    for (let n = 100; (await cadenza.find('event-router')).runId === runId; n += 1) {
      await cadenza.emit('event-router', { type: 'a', id: `a${n}`, data: { n } });
      await sleep(200);
    }
    await sleep(2_000);
    await cadenza.temporal.workflow.getHandle('event-router/e1').cancel();
    await sleep(2_000);
    await run.cancel();
    await run.outcome();
    await save('event-router-first-run', 'event-router', runId);
    await save('event-router-continued', 'event-router');
    await save('handle-event', 'event-router/e2');
    await save('handle-event-reporting', 'event-router/e1');
  },
};

module.exports = { CAMPAIGNS, MARKS };
