import { parse } from 'yaml';
import { check, checkInput } from '../../../src/contracts/check-input.schema';
import { cascadeResultSchema } from '../../../src/contracts/cascade.schema';
import { ensembleResultSchema } from '../../../src/contracts/ensemble.schema';
import type { Pattern } from '../../../src/contracts/names';
import { registrySchema } from '../../../src/contracts/registry.schema';

const usage = {
  ...{ calls: 0, cutCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, journalHits: 0, cacheHits: 0 },
  byModel: {},
  byStep: {},
};

const BASE = {
  ensemble: 'task: classification\ninput: x\nmembers: [a, b]\n',
  cascade: 'task: classification\ninput: x\n',
  routeToModel: 'task: generation\ninput: x\n',
  batch: 'pattern: ensemble\n',
} as const satisfies Partial<Record<Pattern, string>>;

const given = (pattern: keyof typeof BASE, more: string) => checkInput(pattern, parse(BASE[pattern] + more));

describe('ensembles', () => {
  test.each([
    'extract: number',
    'extract: { field: "answer.items[0]" }',
    'extract: { regex: "#### (.*)", group: 1 }',
    'extract: { jsonata: "answer.value" }',
    'normalise: words',
    'tieBreak: { model: a }',
    'stop: { lead: true }',
    'stop: { quorum: 2, deadlineSeconds: 20 }',
    'stop: { adaptive: 0.95 }',
    'stop: { adaptive: { criterion: entropy, threshold: 0.75 }, batch: 4 }',
    'stop: { window: 5 }',
    'aggregation: judge\njudge: { model: c }',
    'aggregation: judge\njudge: { model: c }\nstop: { deadlineSeconds: 20 }',
    'aggregation: rank_and_fuse\njudge: { model: c }\nfuse: { model: d, top: 2, ranking: max_wins }',
    'aggregation: mixture_of_agents\nmixture: { aggregator: { model: c }, layers: 3 }',
    'aggregation: universal_self_consistency\njudge: { model: c }',
    'aggregation: weighted_vote\nmembers: [{ model: a, accuracy: 0.8 }, { model: b, accuracy: 0.6 }]',
    'task: embedding\naggregation: collect',
  ])('take %j', (more) => {
    const text = more.startsWith('task')
      ? `input: x\nmembers: [a]\n${more}`
      : `${BASE.ensemble.replace(more.includes('members') ? /members.*\n/ : '~', '')}${more}`;
    expect(() => checkInput('ensemble', parse(text))).not.toThrow();
  });

  test.each([
    ['aggregation: majority_votes', 'did you mean "majority_vote"?'],
    ['aggregation: vote_by_hat', 'known: majority_vote, majority, weighted_vote, average, median, collect, judge'],
    ['aggregation: judge', 'judge: is required with aggregation judge'],
    ['aggregation: rank_and_fuse\njudge: { model: c }', 'fuse: is required'],
    ['judge: { model: c }', 'judge: has no meaning with aggregation majority_vote'],
    ['aggregation: average\nstop: { quorum: 2 }', 'stop.quorum: goes with majority_vote, majority, weighted_vote'],
    ['aggregation: weighted_vote\nstop: { adaptive: 0.95 }', 'stop.adaptive: goes with majority_vote'],
    ['aggregation: collect\nstop: { window: 5 }', 'stop.window'],
    ['stop: { adaptive: 1 }', 'stop.adaptive'],
    ['stop: { lead: false }', 'stop.lead'],
    ['tieBreak: { model: c }', 'tieBreak.model: is no member; members: a, b'],
    ['extract: { field: "a..b" }', 'extract.field'],
    ['normalise: fuzzy', 'normalise: got "fuzzy"'],
  ])('refuse %j: %s', (more, message) => {
    expect(() => given('ensemble', more)).toThrow(message);
  });

  test.each([
    ['members: [{ model: a, accuracy: 0.8 }, b]', 'members[1].accuracy: is required'],
    ['members: [{ model: a, accuracy: 0.8, weight: 2 }]', 'a weight or an accuracy, not both'],
    ['members: [{ model: a, accuracy: 1 }]', 'members[0].accuracy'],
  ])('refuse %j: %s', (members, message) => {
    const text = `task: sentiment\ninput: x\naggregation: weighted_vote\n${members}`;
    expect(() => checkInput('ensemble', parse(text))).toThrow(message);
  });

  test('embeddings can be collected only', () => {
    expect(() => checkInput('ensemble', { task: 'embedding', input: 'x', members: ['a'] })).toThrow('only collect');
  });

  test('a result says why an answer did not count, and how the asking ended', () => {
    const result = {
      aggregatedResult: 'a',
      aggregationMethod: 'majority_vote',
      individualResults: [{ member: 0, sample: 0, status: 'invalid', reason: 'truncated' }],
      failures: [],
      decision: {
        ...{ outcome: 'decided', votes: { a: 1 }, ranking: [], share: 1, margin: 1, tie: false, valid: 1, invalid: 1 },
        ...{ invalidReasons: { empty: 0, truncated: 1, unparsed: 0 }, failed: 0, cancelled: 0 },
        ...{ stoppedEarly: true, stopReason: 'quorum' },
        saved: { calls: 1, cancelledCalls: 1, inputTokens: 2, outputTokens: 3, costUsd: 0.1, unknownCalls: 0 },
      },
      usage,
      partial: false,
    };
    expect(check(ensembleResultSchema, result, 'result')).toEqual(result);
    const typo = { ...result, decision: { ...result.decision, stopReason: 'tired' } };
    expect(() => check(ensembleResultSchema, typo, 'result')).toThrow('decision.stopReason');
  });
});

describe('cascades', () => {
  test.each([
    '{ score: 0 }',
    '{ score: { above: 0.8, below: 0.2 } }',
    '{ selfConsistency: { share: 0.6 } }',
    '{ verifier: { model: c, share: { above: 0.7, below: 0.1 } } }',
    '{ schema: { type: object } }',
    '{ when: "score > 0.5" }',
  ])('take accept: %s', (accept) => {
    expect(() => given('cascade', `stages: [{ model: a, accept: ${accept} }, { model: b }]`)).not.toThrow();
  });

  test.each([
    ['accept: { score: 1.1 }', 'accept.score'],
    ['accept: { score: { above: 0.2, below: 0.8 } }', 'must not be over above'],
    ['accept: { selfConsistency: { share: 0.5, samples: 1 } }', 'samples: must be at least 2'],
    ['accept: { score: 0.5, when: "x" }', 'unknown field'],
    ['transform: "$uppercase(text)"', 'has no meaning in mode escalate'],
  ])('refuse %s: %s', (stage, message) => {
    expect(() => given('cascade', `stages: [{ model: a, ${stage} }]`)).toThrow(message);
  });

  test('a pipe takes expressions and registered functions as transforms', () => {
    const pipe = given(
      'cascade',
      'mode: pipe\nstages: [{ model: a, transform: { handler: trim } }, { model: b, transform: "$" }]',
    );
    expect(pipe).toMatchObject({ stages: [{ transform: { handler: 'trim' } }, { transform: '$' }] });
  });

  test('the result names the stage that decided', () => {
    const result = {
      finalResult: 1,
      cascadeResults: [{ model: 'a', input: 1, output: 2, accepted: false, verdict: 'deferred', reason: 'no score' }],
      decision: { stage: 0, accepted: false, by: 'last' },
      usage,
      partial: false,
    };
    expect(check(cascadeResultSchema, result, 'result')).toEqual(result);
  });
});

describe('routes', () => {
  test.each([
    'selector: { semantic: { routes: [{ model: a, examples: [hello] }], threshold: 0 } }',
    'selector: { classifier: { model: c, routes: { hard: gpt4, easy: a } } }',
    'selector: { score: { strong: gpt4, weak: a, threshold: 0.1, by: "$length(text) / 1000" } }',
    'selector: { score: { strong: gpt4, weak: a, threshold: 0, by: { model: c, label: hard } } }\notherwise: fail',
    'needs: { json: true, vision: true, contextTokens: 100000 }\notherwise: { model: gpt4 }\nfallback: [a, b]',
  ])('take %j', (more) => expect(() => given('routeToModel', more)).not.toThrow());

  test.each([
    ['selector: { semantic: { routes: [{ model: a, examples: [] }], threshold: 0 } }', 'examples'],
    ['selector: { semantic: { routes: [{ model: a, examples: [x] }] } }', 'threshold: is required'],
    ['model: a\nselector: [{ when: "true", model: b }]', 'selector: has no meaning beside model'],
    ['task: poetry', 'known: classification, generation, embedding'],
    ['otherwise: maybe', 'otherwise'],
  ])('refuse %j: %s', (more, message) => {
    const text = more.startsWith('task') ? `input: x\n${more}` : BASE.routeToModel + more;
    expect(() => checkInput('routeToModel', parse(text))).toThrow(message);
  });
});

test('a batch says how answers are compared with the expected ones', () => {
  const batch = given('batch', 'items: [{ id: 1, expected: spam }]\ncompare: { extract: number }');
  expect(batch).toMatchObject({ compare: { extract: 'number', normalise: 'value' } });
});

test('the registry says what a model can do', () => {
  const config = { models: { a: { provider: 'builtin', model: 'x', capabilities: ['vision'] } } };
  expect(check(registrySchema, config, 'models.yaml').models['a']?.capabilities).toEqual(['vision']);
  const typo = { models: { a: { provider: 'builtin', model: 'x', capabilities: ['smell'] } } };
  expect(() => check(registrySchema, typo, 'models.yaml')).toThrow('capabilities');
});
