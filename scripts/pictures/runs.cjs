const { readFileSync } = require('node:fs');
const path = require('node:path');
const { parse } = require('yaml');

const root = path.resolve(__dirname, '..', '..');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const example = (file) => parse(readFileSync(path.join(root, 'examples', file), 'utf8'));
const LETTER =
  'Dear Sir or Madam, the chair that I bought in your shop on Saturday broke on Monday, and my mother fell. She is well, but please send somebody before there is an accident. Beatrice Holloway';

const labels = ['complaint', 'order', 'question', 'praise'];

/** A run for each picture: its pattern, input, and what is done besides. */
const RUNS = {
  ensemble: {
    pattern: 'ensemble',
    input: {
      task: 'classification',
      input: { text: LETTER, labels },
      members: [
        { model: 'large', weight: 2 },
        'mid',
        { model: 'small', samples: 3 },
        'fast_classifier',
        {
          pattern: 'cascade',
          config: {
            task: 'classification',
            mode: 'escalate',
            stages: [{ model: 'small', accept: { score: 0.7 } }, { model: 'mid' }],
          },
        },
        'large',
      ],
      aggregation: 'weighted_vote',
      stop: { quorum: 5 },
      budget: { usd: 0.5 },
    },
  },
  cascade: {
    pattern: 'cascade',
    input: {
      task: 'classification',
      input: { text: LETTER, labels },
      stages: [
        { model: 'small', accept: { score: 0.7 } },
        { model: 'mid', accept: { score: 0.8 } },
        { model: 'large' },
      ],
    },
  },
  chain: {
    pattern: 'chain',
    input: {
      initialPrompt: 'durable execution for calls of language models',
      steps: [
        { name: 'outline', promptTemplate: 'Outline an article on {initial_input}', model: 'large' },
        { name: 'titles', promptTemplate: 'Three titles for:\n{outline}', model: 'mid', outputParser: 'lines' },
        {
          name: 'opening',
          promptTemplate: 'Write the opening of the article "{titles}" after this outline:\n{outline}',
          model: 'large',
        },
      ],
    },
  },
  'route-to-model': {
    pattern: 'routeToModel',
    input: {
      task: 'generation',
      input: LETTER,
      selector: {
        semantic: {
          routes: [
            {
              name: 'complaints',
              model: 'large',
              examples: ['It broke after a day.', 'I want a refund.'],
              threshold: 0.6,
            },
            { name: 'questions', model: 'small', examples: ['When do you open?', 'Where is the shop?'] },
          ],
          threshold: 0.5,
        },
      },
      needs: { contextTokens: 2000 },
    },
  },
  pipeline: {
    pattern: 'pipeline',
    input: {
      steps: [
        { name: 'text', handler: 'extract_text', inputs: { document: 'input' } },
        { name: 'kind', handler: 'classify', inputs: { text: 'text.text' } },
        { name: 'names', handler: 'extract_entities', inputs: { text: 'text.text' } },
        { name: 'summary', handler: 'generate_summary', inputs: { text: 'text.text', documentType: 'kind.type' } },
        {
          name: 'opinion',
          pattern: 'ensemble',
          config: { task: 'classification', members: ['large', 'mid', 'small'] },
          inputs: { input: { value: { text: LETTER, labels } } },
          dependsOn: ['text'],
        },
        {
          name: 'reply',
          pattern: 'chain',
          config: { steps: [{ name: 'draft', promptTemplate: 'Draft an answer to: {initial_input}', model: 'large' }] },
          inputs: { initialPrompt: 'summary.text' },
          condition: "kind.type != 'contract'",
        },
        { name: 'refund', handler: 'classify', inputs: { text: 'text.text' }, condition: "kind.type = 'contract'" },
        {
          name: 'check',
          handler: 'validate',
          inputs: { entities: 'names.result', summary: 'summary.text', text: 'text.text' },
        },
      ],
      output: { type: 'kind.type', summary: 'summary.text', opinion: 'opinion', reply: 'reply' },
      failFast: false,
      input: { file: path.join(root, 'examples', 'documents', 'invoice.pdf') },
    },
  },
  'tree-of-thought': {
    pattern: 'treeOfThought',
    input: {
      ...example('game-of-24/tree.yaml'),
      generate: { ...example('game-of-24/tree.yaml').generate, model: 'simulated_24' },
      evaluate: { ...example('game-of-24/tree.yaml').evaluate, model: 'simulated_24' },
      answer: { ...example('game-of-24/tree.yaml').answer, model: 'simulated_24' },
    },
  },
  batch: {
    pattern: 'batch',
    input: {
      pattern: 'routeToModel',
      config: { task: 'sentiment' },
      items: readFileSync(path.join(root, 'examples', 'batch', 'mail.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    },
  },
  'event-router': {
    pattern: 'eventRouter',
    input: example('events/router.yaml'),
    goesOn: true,
    async during(cadenza, id) {
      const document = await cadenza.storeDocument(path.join(root, 'examples', 'documents', 'invoice.pdf'));
      const text = await cadenza.storeDocument(path.join(root, 'examples', 'documents', 'email.txt'));
      await cadenza.emit(id, [
        { type: 'document.uploaded', source: '/shop', data: { document } },
        { type: 'document.uploaded', source: '/shop', data: { document: text } },
        { type: 'document.uploaded', source: '/shop', data: { document: 'nothing' } },
        { type: 'parcel.sent', source: '/shop', data: { number: 7 } },
      ]);
      const run = await cadenza.find(id);
      for (;;) {
        const { events } = await run.progress();
        if (events && events.backlog + events.running === 0 && events.handled >= 10) return;
        await sleep(300);
      }
    },
  },
  running: {
    pattern: 'pipeline',
    input: {
      ...example('pipeline/order.yaml'),
      input: { file: path.join(root, 'examples', 'documents', 'invoice.pdf') },
    },
    goesOn: true,
    during: () => sleep(9000),
  },
};

module.exports = { LETTER, RUNS };
