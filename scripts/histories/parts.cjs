const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const QUESTION = { task: 'generation', input: 'Pears or apples?' };

const TREE = {
  problem: 'P',
  generate: { promptTemplate: 'generate\n{path}' },
  evaluate: { promptTemplate: 'evaluate\n{path}' },
};

const step = (name, handler, more = {}) => ({ name, handler, ...more });

/** Cancels a run once it has got somewhere. */
async function cancelSoon(run) {
  await sleep(1_500);
  await run.cancel();
}

module.exports = { sleep, QUESTION, TREE, step, cancelSoon };
