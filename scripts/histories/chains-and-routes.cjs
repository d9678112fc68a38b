const { QUESTION, cancelSoon } = require('./parts.cjs');

/** Chains and routes. By name (what the history guards): input, and what is done to the run while it goes. */
const RUNS = {
  'chain-of-all-kinds': {
    input: {
      initialPrompt: { topic: 'pears', text: 'pear '.repeat(3_000) },
      steps: [
        { name: 'first', promptTemplate: 'On {initial_input.topic}: {initial_input.text}', system: 'You write.' },
        { name: 'words', promptTemplate: '{first}', model: 'other', outputParser: { regex: '\\w+', group: 0 } },
        { name: 'left_out', promptTemplate: 'x', condition: "words = 'nobody says this'" },
        {
          name: 'again',
          promptTemplate: '{words} {again?} {left_out?}',
          outputParser: 'lines',
          gate: { condition: 'false', otherwise: { goBackTo: 'words', times: 2, afterwards: 'goOn' } },
        },
        { name: 'last', promptTemplate: '{again[0]}', outputParser: { jsonata: '$length(text)' } },
      ],
    },
  },
  'chain-stopped': {
    input: {
      initialPrompt: 'pears',
      steps: [
        { name: 'a', promptTemplate: 'x', gate: { condition: "a = 'nobody says this'", otherwise: 'stop' } },
        { name: 'b', promptTemplate: 'y' },
      ],
    },
  },
  'chain-compacted': {
    input: {
      initialPrompt: 'pear '.repeat(1_635),
      steps: Array.from({ length: 4 }, (_, n) => ({
        name: `s${n}`,
        promptTemplate: `${Array.from({ length: n }, (_none, m) => `{s${m}}`).join('')} next`,
      })),
    },
  },
  'chain-invalid-output': {
    input: {
      initialPrompt: 'pears',
      steps: [
        { name: 'a', promptTemplate: 'x' },
        { name: 'b', promptTemplate: 'y', outputParser: { schema: { type: 'object' } } },
      ],
    },
  },
  'chain-cancelled': {
    input: {
      initialPrompt: 'pears',
      steps: [
        { name: 'a', promptTemplate: 'x' },
        { name: 'b', promptTemplate: 'y', model: 'slow' },
      ],
    },
    during: cancelSoon,
  },
  'routeToModel-rules-and-fallback': {
    input: { ...QUESTION, selector: [{ when: "task = 'generation'", model: 'broken' }], fallback: ['broken', 'gpt'] },
  },
  'routeToModel-semantic': {
    input: {
      ...QUESTION,
      selector: {
        semantic: {
          routes: [
            { model: 'gpt', examples: ['fruit', 'pears'] },
            { model: 'other', examples: ['stone'] },
          ],
          threshold: -1,
        },
      },
    },
  },
  'routeToModel-classifier': {
    input: { ...QUESTION, selector: { classifier: { model: 'gpt', routes: { fruit: 'gpt', other: 'other' } } } },
  },
  'routeToModel-score': {
    input: {
      ...QUESTION,
      selector: { score: { strong: 'gpt', weak: 'other', threshold: 0.5, by: { model: 'gpt', label: 'hard' } } },
    },
  },
};

module.exports = { RUNS };
