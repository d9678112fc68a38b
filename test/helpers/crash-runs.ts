import type { GivenInput } from '../../src/client';
import type { Pattern } from '../../src/contracts/names';
import type { RecordedRequest, ScriptedAnswer } from './scripted-model-server';
import { askedOf, treeAnswers, TREE_PROMPTS } from './scripted-tree';

/** A run that is killed again and again, beside others. Each asks about something of its own: that tells them apart. */
export type CrashRun = {
  pattern: Pattern;
  input: object;
  isMine(request: RecordedRequest): boolean;
  /** The calls that it has on the wire side by side, one number for each time that it waits for answers. */
  waves: readonly number[];
  /** How often it asks the very same: once. */
  asked?: number;
};

const about =
  (text: string): CrashRun['isMine'] =>
  ({ body }) =>
    JSON.stringify(body).includes(text);

const AGREEMENT = `Service agreement between Northwind Analytics Ltd and Harbour Foods GmbH, dated 3 March 2026.
The supplier delivers monthly reports. The customer pays 1,200 EUR a month within 30 days.
Either party may end this agreement with three months' notice. It is governed by the law of Ireland.`;

/** Killed in all its steps: the second one runs twice, and its second prompt holds what the first run gave. */
const chain: CrashRun = {
  pattern: 'chain',
  input: {
    initialPrompt: 'quinces',
    steps: [
      { name: 'plan', promptTemplate: 'Start {initial_input}' },
      {
        name: 'draft',
        promptTemplate: 'Next {plan} {draft?}',
        gate: { condition: 'false', otherwise: { goBackTo: 'draft', times: 1, afterwards: 'goOn' } },
      },
      { name: 'end', promptTemplate: 'End {draft}' },
    ],
  } satisfies GivenInput<'chain'>,
  isMine: about('quinces'),
  waves: [1, 1, 1, 1],
};

/** Killed at all its levels, while thoughts are made and while they are judged. */
const tree: CrashRun = {
  pattern: 'treeOfThought',
  input: {
    problem: 'P',
    ...TREE_PROMPTS,
    depth: 2,
    beamWidth: 2,
    answer: { promptTemplate: 'answer\n{path}' },
  } satisfies GivenInput<'treeOfThought'>,
  isMine: (request) => ['generate', 'evaluate', 'answer'].includes(askedOf(request).kind),
  waves: [1, 3, 2, 6, 1],
};

const ensemble: CrashRun = {
  pattern: 'ensemble',
  input: {
    task: 'generation',
    input: 'How many pears?',
    members: [{ model: 'gpt', samples: 6, temperature: 1 }],
    stop: { window: 3 },
    aggregation: 'majority_vote',
  } satisfies GivenInput<'ensemble'>,
  isMine: about('pears'),
  waves: [3, 3],
};

const cascade: CrashRun = {
  pattern: 'cascade',
  input: {
    task: 'classification',
    input: { text: 'The plums are ripe.', labels: ['fruit', 'tool'] },
    stages: [
      { model: 'gpt', accept: { selfConsistency: { samples: 3, share: 1 } } },
      { model: 'gpt', accept: { score: 0.1 } },
    ],
  } satisfies GivenInput<'cascade'>,
  isMine: about('plums'),
  waves: [3, 1],
};

/** Five embeddings tell which model it is; then that one is asked. */
const route: CrashRun = {
  pattern: 'routeToModel',
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
  isMine: about('figs'),
  waves: [5, 1],
};

const analysis: CrashRun = {
  pattern: 'pipeline',
  input: {
    definition: 'document_analysis',
    input: { text: AGREEMENT },
  } satisfies GivenInput<'pipeline'>,
  isMine: about('Northwind'),
  waves: [2, 1],
};

/** A list, an approval that waits through a kill, and a sub-pattern. */
const people: CrashRun = {
  pattern: 'pipeline',
  input: {
    input: { parts: ['medlar one', 'medlar two'] },
    steps: [
      {
        name: 'each',
        handler: 'generation',
        forEach: { items: 'input.parts', as: 'part', maxParallel: 1 },
        inputs: { text: 'part' },
      },
      { name: 'ok', approval: { message: 'Go on?' }, dependsOn: ['each'] },
      {
        name: 'inside',
        pattern: 'pipeline',
        config: {
          steps: [
            { name: 'ask', handler: 'generation', config: { text: 'inside a medlar' } },
            { name: 'again', handler: 'generation', config: { text: 'further inside a medlar' }, dependsOn: ['ask'] },
          ],
        },
        dependsOn: ['ok'],
      },
    ],
  } satisfies GivenInput<'pipeline'>,
  isMine: about('medlar'),
  waves: [1, 1, 0, 1, 1],
};

/** Both stages ask the same. */
const batch: CrashRun = {
  pattern: 'batch',
  input: {
    pattern: 'cascade',
    config: { task: 'generation', stages: [{ model: 'gpt', accept: { when: 'false' } }, { model: 'gpt' }] },
    items: Array.from({ length: 6 }, (_, n) => ({
      id: `n${n}`,
      input: `Question number ${n}`,
      expected: `Answer to: Question number ${n}`,
    })),
    maxParallel: 3,
  } satisfies GivenInput<'batch'>,
  isMine: about('Question number'),
  waves: [3, 3, 3, 3],
  asked: 2,
};

/** A run of every pattern that asks models. */
export const CRASH_RUNS = { chain, tree, ensemble, cascade, route, analysis, people, batch };

const treeAnswer = treeAnswers({
  thoughts: (path) => ['1', '2', '3'].map((digit) => `${path.at(-1) ?? ''}${digit}`),
  score: (path) => Number(path.at(-1)?.at(-1)) / 10,
});

/** What the model says to them. The samples of the ensemble differ, so that nothing is certain early. */
export const crashAnswers: ScriptedAnswer = (request, index) => {
  if (tree.isMine(request)) return treeAnswer(request, index);
  return ensemble.isMine(request) ? { text: `${request.body.seed ?? 0} pears` } : undefined;
};
