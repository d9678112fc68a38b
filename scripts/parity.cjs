// Compares the product with what the code of a paper recorded: `npm run parity -- tree --trace FILE --base-url URL` runs
// the puzzles of a Tree of Thoughts trace as Workflows on a Temporal server of their own, with the model at URL;
// `npm run parity -- votes --vectors FILE` runs recorded votes. The last line is JSON: { steps, mismatches, requests }.
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { isDeepStrictEqual, parseArgs } = require('node:util');
const { parse } = require('yaml');
const { adaptiveStopAt, testConsistency } = require('../lib/core/stopping/adaptive-consistency.js');
const { withCadenza } = require('./shared/with-cadenza.cjs');

const EXAMPLE = path.resolve(__dirname, '..', 'examples', 'game-of-24', 'tree.yaml');
const USAGE = `usage: npm run parity -- tree --trace FILE --base-url URL
       npm run parity -- votes --vectors FILE`;

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** The reference asks for all samples of a value at once, in requests of at most 20. */
const SAMPLES_PER_REQUEST = 20;

async function parityOfTree({ trace: file, 'base-url': baseUrl }) {
  const { summary, puzzles } = read(file);
  const { n_select_sample: beamWidth, n_evaluate_sample: samples, temperature = 0.7, backend = 'gpt-4' } = summary.args;
  const { evaluate, ...example } = parse(readFileSync(EXAMPLE, 'utf8'));
  const tally = { steps: 0, mismatches: 0, requests: 0 };
  let valueCache;
  const registry = registryFor({ baseUrl: withVersion(baseUrl), model: backend });
  await withCadenza({ name: 'parity', registry }, async ({ cadenza }) => {
    // One after another: the reference has one cache of values over all puzzles, which depends on their order.
    for (const { x: problem, steps } of puzzles) {
      const run = await cadenza.start('treeOfThought', {
        ...example,
        mode: 'reference',
        problem,
        depth: steps.length,
        beamWidth,
        generate: { ...example.generate, temperature },
        answer: { ...example.answer, temperature },
        evaluate: { ...evaluate, samples, temperature },
        ...(valueCache && { valueCache }),
      });
      const { tree, usage } = await run.result();
      valueCache = tree.valueCache;
      tally.requests += usage.calls;
      for (const [index, { new_ys: newYs, values, select_new_ys: selected }] of steps.entries()) {
        const own = tree.steps[index];
        const same = isDeepStrictEqual([own.newYs, own.values, own.selected], [newYs, values, selected]);
        tally.steps += 1;
        if (same) continue;
        tally.mismatches += 1;
        console.error(`puzzle ${problem}, step ${index}: ${differences(own, { newYs, values, selected })}`);
      }
    }
  });
  return tally;
}

function withVersion(url) {
  const { pathname, origin } = new URL(url);
  return pathname === '/' ? `${origin}/v1` : url;
}

function differences(own, recorded) {
  const names = Object.keys(recorded).filter((name) => !isDeepStrictEqual(own[name], recorded[name]));
  return names
    .map((name) => `${name} ${JSON.stringify(own[name])} instead of ${JSON.stringify(recorded[name])}`)
    .join('; ');
}

/** A registry with the model of the trace. */
function registryFor({ baseUrl, model }) {
  const provider = { type: 'openai', baseUrl, samplesPerRequest: SAMPLES_PER_REQUEST };
  const models = { reference: { provider: 'reference', model, price: { input: 30, output: 60 } } };
  return { providers: { reference: provider }, models, tasks: { default: 'reference' } };
}

/** A step is one criterion of one sequence. */
function parityOfVotes({ vectors: file }) {
  const tally = { steps: 0, mismatches: 0, requests: 0 };
  for (const [index, { votes, beta_stop_at: stopAt, ...recorded }] of read(file).vectors.entries()) {
    const same = (what, holds) => {
      tally.steps += 1;
      if (holds) return;
      tally.mismatches += 1;
      console.error(`sequence ${index}: ${what} differs`);
    };
    const counts = countsOf(votes);
    for (const criterion of ['beta', 'majority', 'entropy'].filter((name) => recorded[name])) {
      const { prob, stop } = recorded[criterion];
      const own = testConsistency(counts, criterion);
      same(criterion, own.stop === stop && Math.abs((own.value ?? -1) - prob) < 1e-6);
    }
    if (stopAt !== undefined) same('the stop', (adaptiveStopAt(votes) ?? null) === stopAt);
  }
  return tally;
}

function countsOf(votes) {
  const counts = new Map();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  return [...counts.values()];
}

const COMPARISONS = {
  tree: { options: ['trace', 'base-url'], run: parityOfTree },
  votes: { options: ['vectors'], run: parityOfVotes },
};

async function main() {
  const options = Object.fromEntries(['trace', 'base-url', 'vectors'].map((name) => [name, { type: 'string' }]));
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const comparison = COMPARISONS[positionals[0] ?? ''];
  if (!comparison || comparison.options.some((name) => values[name] === undefined)) {
    console.error(USAGE);
    return 2;
  }
  const tally = await comparison.run(values);
  console.log(JSON.stringify(tally));
  return tally.mismatches > 0 ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
