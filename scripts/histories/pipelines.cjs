const path = require('node:path');
const { QUESTION, cancelSoon, sleep, step } = require('./parts.cjs');

const root = path.resolve(__dirname, '..', '..');

/** Pipelines. By name (what the history guards): input, and what is done to the run while it goes. */
const RUNS = {
  'pipeline-document-analysis': {
    input: {
      definition: 'document_analysis',
      input: { file: path.join(root, 'examples', 'documents', 'contract.docx') },
    },
  },
  'pipeline-retry': { input: { steps: [step('a', 'flaky')] } },
  'pipeline-fail-fast': {
    input: {
      steps: [step('runs', 'patient'), step('bad', 'permanent'), step('later', 'echo', { dependsOn: ['runs'] })],
    },
  },
  'pipeline-continue-after-failure': {
    input: {
      failFast: false,
      steps: [
        step('bad', 'permanent'),
        step('child', 'echo', { dependsOn: ['bad'] }),
        step('always', 'echo', { dependsOn: ['bad'], trigger: 'all_done' }),
      ],
    },
  },
  'pipeline-max-parallel': { input: { maxParallel: 2, steps: [1, 2, 3, 4, 5].map((n) => step(`s${n}`, 'echo')) } },
  'pipeline-conditions-and-lists': {
    input: {
      input: { on: true, list: [{ n: 1 }, { n: 2 }, { n: 3 }] },
      steps: [
        step('yes', 'echo', { condition: 'input.on', config: { a: 1 }, transform: '{ "b": a + 1 }' }),
        step('no', 'echo', { condition: 'yes.b > 5' }),
        step('each', 'echo', { forEach: { items: 'input.list', maxParallel: 2 }, inputs: { n: 'item.n' } }),
        step('bad', 'permanent', { onFailure: { default: 0 } }),
        { name: 'pause', wait: { seconds: 1 } },
        { name: 'sub', pattern: 'pipeline', config: { steps: [step('x', 'echo')] }, inputs: { input: 'each[0]' } },
      ],
    },
  },
  'pipeline-approval-pause-retry': {
    input: {
      failFast: false,
      steps: [
        step('a', 'flaky', { retryCount: 1 }),
        { name: 'ok', approval: { message: 'Go on?', timeoutSeconds: 600 } },
        step('after', 'echo', { dependsOn: ['a', 'ok'] }),
      ],
    },
    during: async (run, update) => {
      await sleep(1_000);
      await update('pause');
      await update('retry', { step: 'a' });
      await update('resume');
      await update('approve', { step: 'ok', approved: true, by: 'recorder' });
    },
  },
  'pipeline-asked-budget': {
    input: {
      budget: { calls: 1, atCap: 'ask' },
      steps: [
        { name: 'one', pattern: 'routeToModel', config: { ...QUESTION, model: 'gpt' } },
        { name: 'two', pattern: 'routeToModel', config: { ...QUESTION, model: 'gpt' }, dependsOn: ['one'] },
      ],
    },
    during: async (run, update) => {
      while ((await run.status()) !== 'paused') await sleep(200);
      await update('approve', { budget: { calls: 5 }, approved: true, by: 'recorder' });
    },
  },
  'pipeline-of-patterns': {
    input: {
      input: 'Pears or apples?',
      steps: [
        {
          name: 'vote',
          pattern: 'ensemble',
          config: { task: 'generation', members: [{ model: 'gpt', samples: 3 }] },
          inputs: { input: 'input' },
        },
        {
          name: 'say',
          pattern: 'routeToModel',
          config: { task: 'generation' },
          inputs: { input: 'vote' },
        },
      ],
    },
  },
  'pipeline-cancelled': {
    input: { steps: [step('a', 'patient'), step('b', 'echo', { dependsOn: ['a'] })] },
    during: cancelSoon,
  },
};

module.exports = { RUNS };
