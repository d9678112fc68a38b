const { QUESTION, cancelSoon, sleep } = require('./parts.cjs');

/** Ensembles and cascades. By name (what the history guards): input, and what is done to the run while it goes. */
const RUNS = {
  'ensemble-asked-budget': {
    input: { ...QUESTION, budget: { calls: 1, atCap: 'ask' }, members: [{ model: 'gpt', samples: 3 }] },
    during: async (run, update) => {
      while ((await run.status()) !== 'paused') await sleep(200);
      await update('approve', { budget: {}, approved: false, by: 'recorder' });
    },
  },
  'ensemble-of-all-kinds': {
    input: {
      task: 'classification',
      input: { text: 'Invoice 7: amount due EUR 300', labels: ['invoice', 'contract', 'other'] },
      members: [
        'fast_classifier',
        { model: 'gpt', samples: 2, weight: 2 },
        { model: 'broken', timeoutSeconds: 60 },
        { pattern: 'cascade', config: { stages: [{ model: 'gpt', accept: { score: 0.99 } }, { model: 'other' }] } },
      ],
      aggregation: 'weighted_vote',
      stop: { deadlineSeconds: 60 },
    },
  },
  'ensemble-quorum': {
    input: { ...QUESTION, members: ['gpt', 'gpt', 'slow', 'slow'], stop: { quorum: 2 } },
  },
  'ensemble-adaptive': {
    input: {
      ...QUESTION,
      extract: { regex: '[a-z]+' },
      members: [{ model: 'gpt', samples: 20 }],
      stop: { adaptive: 0.95 },
    },
  },
  'ensemble-rank-and-fuse': {
    input: {
      ...QUESTION,
      members: ['gpt', 'other'],
      aggregation: 'rank_and_fuse',
      judge: { model: 'gpt' },
      fuse: { model: 'gpt' },
    },
  },
  'ensemble-mixture': {
    input: {
      ...QUESTION,
      members: ['gpt', 'other'],
      aggregation: 'mixture_of_agents',
      mixture: { aggregator: { model: 'gpt' }, layers: 3 },
    },
  },
  'ensemble-too-few': { input: { ...QUESTION, members: ['broken', 'gpt'], minVotes: 2 } },
  'ensemble-cancelled': {
    input: { ...QUESTION, members: ['gpt', 'slow'] },
    during: cancelSoon,
  },
  'cascade-escalate': {
    input: {
      ...QUESTION,
      stages: [
        { model: 'broken' },
        { model: 'gpt', accept: { when: "output.text = 'nobody says this'" } },
        { model: 'gpt', accept: { selfConsistency: { samples: 3, share: 1 } } },
        { model: 'other', accept: { verifier: { model: 'gpt', share: 0.5, samples: 2 } } },
        { model: 'gpt', accept: { schema: { type: 'object' } } },
      ],
      onAllRejected: 'best',
    },
  },
  'cascade-pipe': {
    input: {
      ...QUESTION,
      mode: 'pipe',
      stages: [
        { model: 'gpt', transform: 'text & "!"' },
        { model: 'other', transform: { handler: 'echo' } },
        { model: 'gpt' },
      ],
    },
  },
  'cascade-all-rejected': {
    input: { ...QUESTION, stages: [{ model: 'gpt', accept: { schema: { type: 'object' } } }], onAllRejected: 'fail' },
  },
};

module.exports = { RUNS };
