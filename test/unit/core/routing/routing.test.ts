import type { ModelPins } from '../../../../src/contracts/model';
import { routeDecisionSchema, selectorSchema } from '../../../../src/contracts/route-to-model.schema';
import { capableModels } from '../../../../src/core/routing/capable-models';
import { capableNames, chooseModel, explainRoute, fallbackOrder } from '../../../../src/core/routing/choose-model';
import type {
  ClassifierSelector,
  Rules,
  ScoreSelector,
  SemanticSelector,
} from '../../../../src/core/routing/select-route';
import {
  selectByLabel,
  selectByRules,
  selectByScore,
  selectBySimilarity,
} from '../../../../src/core/routing/select-route';
import { cosine, semanticRoute } from '../../../../src/core/routing/semantic-route';

const model = (name: string, more: object = {}) => ({ name, provider: 'p', model: name, ...more });

const pins: ModelPins = {
  tasks: { sentiment: 'small', default: 'large' },
  models: {
    small: model('small', { contextTokens: 4_096, fallback: ['large'] }),
    large: model('large', { contextTokens: 200_000, capabilities: ['json', 'vision'], fallback: ['small', 'plain'] }),
    plain: model('plain', { capabilities: [] }),
  },
};
const all = new Set(['small', 'large', 'plain']);
const question = { task: 'sentiment', otherwise: 'task' } as const;

describe('capabilities', () => {
  test.each([
    [{}, ['small', 'large', 'plain'], []],
    [{ json: true as const }, ['small', 'large'], [{ model: 'plain', lacks: 'json' }]],
    [
      { vision: true as const },
      ['large'],
      [
        { model: 'small', lacks: 'vision' },
        { model: 'plain', lacks: 'vision' },
      ],
    ],
    [{ contextTokens: 32_768 }, ['large', 'plain'], [{ model: 'small', lacks: 'context of 32768 tokens (has 4096)' }]],
  ])('%j: %j, and what the others lack', (needs, able, excluded) => {
    const found = capableModels(Object.values(pins.models), needs);
    expect(found.capable.map(({ name }) => name)).toEqual(able);
    expect(found.excluded).toEqual(excluded);
  });

  test('room for the text itself counts too, but for built-in models, which take any length', () => {
    const models = [...Object.values(pins.models), { ...model('words'), provider: 'builtin' }];
    const { capable, excluded } = capableModels(models, {}, 40_000);
    expect(capable.map(({ name }) => name)).toEqual(['large', 'words']);
    expect(excluded).toEqual([
      { model: 'small', lacks: 'room for the text, about 40000 tokens with the answer (has 4096)' },
      { model: 'plain', lacks: 'room for the text, about 40000 tokens with the answer (has 32768)' },
    ]);
  });

  test('come before any score: the nearest route is not even in the race', () => {
    const selector = (
      selectorSchema.parse({
        semantic: {
          routes: [
            { name: 'a', model: 'small', examples: ['x'] },
            { name: 'b', model: 'large', examples: ['y'] },
          ],
          threshold: 0.1,
        },
      }) as { semantic: SemanticSelector }
    ).semantic;
    const similarities = [
      { route: 0, similarity: 0.99 },
      { route: 1, similarity: 0.2 },
    ];
    expect(selectBySimilarity(selector, similarities, all)).toMatchObject({
      model: 'small',
      route: 'a',
      threshold: 0.1,
    });
    const able = capableNames(pins, { vision: true });
    expect(selectBySimilarity(selector, similarities, able)).toEqual({
      by: 'semantic',
      model: 'large',
      route: 'b',
      scores: [{ route: 'b', model: 'large', score: 0.2 }],
      threshold: 0.1,
    });
  });
});

describe('rules', () => {
  const rules: Rules = [
    { when: 'x', model: 'plain' },
    { when: 'y', model: 'large' },
  ];

  test.each([
    [[true, true], 'plain', 'rule 0'],
    [[false, true], 'large', 'rule 1'],
    [[undefined, true], 'large', 'rule 1'],
    [[false, false], undefined, undefined],
    [[], undefined, undefined],
  ])('with outcomes %j choose %s: the first that holds', (outcomes, chosen, route) => {
    const selection = selectByRules(rules, outcomes, all);
    expect([selection.model, selection.route]).toEqual([chosen, route]);
  });

  test('whose model can not do it are passed over', () => {
    expect(selectByRules(rules, [true, true], new Set(['large'])).route).toBe('rule 1');
  });
});

describe('semantic routes', () => {
  const near = (...given: [number, number][]) => given.map(([route, similarity]) => ({ route, similarity }));
  const options = { topK: 5, aggregate: 'mean', threshold: 0.3 } as const;

  test('take the mean over the nearest examples of all routes', () => {
    const { chosen, scores } = semanticRoute(
      near([0, 0.9], [1, 0.8], [1, 0.7], [0, 0.1], [1, 0.75], [0, 0.2], [2, 0.05]),
      options,
    );
    expect(scores.map(({ route }) => route)).toEqual([1, 0]);
    expect(scores[0]?.score).toBeCloseTo(0.75);
    expect(scores[1]?.score).toBeCloseTo(0.55);
    expect(chosen?.route).toBe(1);
  });

  test.each([
    ['max', 0],
    ['sum', 1],
  ] as const)('or the %s', (aggregate, route) => {
    const given = near([0, 0.9], [1, 0.8], [1, 0.7], [0, 0.1]);
    expect(semanticRoute(given, { ...options, topK: 3, aggregate }).chosen?.route).toBe(route);
  });

  test.each([
    [0.3, 0.3, true],
    [0.3, 0.2999, false],
    [0, 0, true],
    [0, -0.0001, false],
    [-0.5, -0.4, true],
  ])('threshold %d and score %d: taken %s', (threshold, score, taken) => {
    expect(semanticRoute(near([0, score]), { ...options, threshold }).chosen !== undefined).toBe(taken);
  });

  test('a threshold of a route counts for it alone, and the next that passes is taken', () => {
    const { chosen } = semanticRoute(near([0, 0.9], [1, 0.5]), { ...options, thresholds: [0.95, undefined] });
    expect(chosen).toEqual({ route: 1, score: 0.5, threshold: 0.3 });
  });

  test('of equal scores the earlier route wins, in whatever order they come', () => {
    expect(semanticRoute(near([1, 0.5], [0, 0.5]), { ...options, topK: 1 }).chosen?.route).toBe(0);
    expect(semanticRoute(near([1, NaN]), options)).toEqual({ chosen: undefined, scores: [] });
  });

  test('the cosine is that of the textbook', () => {
    expect(cosine([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2, 12);
    expect(cosine([1, 2], [-2, -4])).toBeCloseTo(-1, 12);
    expect(cosine([0, 0], [1, 1])).toBe(0);
    expect(cosine([1e200, 1e200], [1e200, 0])).toBeCloseTo(Math.SQRT1_2, 12);
    expect(cosine([1e-200, 1e-200], [1e-200, 0])).toBeCloseTo(Math.SQRT1_2, 12);
    expect(() => cosine([1], [1, 2])).toThrow('embeddings of 1 and 2 numbers');
  });
});

describe('labels and scores', () => {
  const classifier = { model: 'c', routes: { hard: 'large', easy: 'small' }, minScore: 0.5 } as ClassifierSelector;
  const label = (prediction: string, score: number) =>
    selectByLabel(classifier, { prediction, score, scores: { easy: 0.3, hard: 0.6, other: 0.1 } }, all);

  test('a label is taken where its score is enough and it has a route', () => {
    expect(label('hard', 0.5)).toMatchObject({ model: 'large', route: 'hard', threshold: 0.5 });
    expect(label('hard', 0.5).scores.map(({ route }) => route)).toEqual(['hard', 'easy']);
    expect(label('hard', 0.49)).not.toHaveProperty('model');
    expect(label('other', 0.9)).not.toHaveProperty('model');
    expect(label('constructor', 0.9)).not.toHaveProperty('model');
  });

  const selector = { strong: 'large', weak: 'small', threshold: 0.4, by: 'x' } as ScoreSelector;

  test.each([
    [0.4, 'large'],
    [0.39, 'small'],
    [undefined, 'large'],
    [NaN, 'large'],
  ])('score %d goes to %s', (score, chosen) => {
    expect(selectByScore(selector, score, all).model).toBe(chosen);
  });

  test('a threshold of 0 parts scores too', () => {
    expect(selectByScore({ ...selector, threshold: 0 }, -0.1, all).route).toBe('weak');
  });

  test('where one of the two can not do it the other answers', () => {
    expect(selectByScore(selector, 0.1, new Set(['large']))).toMatchObject({ model: 'large', route: 'strong' });
    expect(selectByScore(selector, 0.1, new Set())).not.toHaveProperty('model');
  });
});

describe('choosing the model', () => {
  const none = { by: 'semantic' as const, scores: [{ route: 'a', model: 'small', score: 0.21 }], threshold: 0.3 };

  test.each([
    [{ ...question, model: 'plain' }, 'plain', 'model'],
    [{ ...question }, 'small', 'task'],
    [{ ...question, task: 'translation' as const }, 'large', 'task'],
    [{ ...question, selection: { by: 'rule' as const, model: 'plain', route: 'rule 2', scores: [] } }, 'plain', 'rule'],
    [{ ...question, selection: none }, 'small', 'task'],
    [{ ...question, selection: none, otherwise: { model: 'large' } }, 'large', 'otherwise'],
  ])('%j gives %s by %s', (asked, chosen, by) => {
    const decision = chooseModel(pins, asked);
    expect(decision).toMatchObject({ model: chosen, by });
    expect(routeDecisionSchema.parse(decision)).toEqual(decision);
  });

  test('no route and no default is a failure that says how near it was', () => {
    expect(() => chooseModel(pins, { ...question, selection: none, otherwise: 'fail' })).toThrow(
      'no semantic route fits: the best is a with 0.21, the threshold 0.3, and otherwise is "fail"',
    );
  });

  test('a model that can not do what is needed is a failure that says what it lacks', () => {
    expect(() => chooseModel(pins, { ...question, model: 'small', needs: { vision: true } })).toThrow(
      'model "small" does not have what is needed: vision',
    );
  });

  test('an unknown model is one wherever it is named', () => {
    const unknown = { type: 'UnknownModel', message: expect.stringContaining('did you mean "large"?') as string };
    const failure = (given: object) => {
      try {
        return chooseModel(pins, { ...question, ...given });
      } catch (error) {
        return error;
      }
    };
    expect(failure({ model: 'larg' })).toMatchObject(unknown);
    expect(failure({ fallback: ['larg'] })).toMatchObject(unknown);
    expect(failure({ selection: none, otherwise: { model: 'larg' } })).toMatchObject(unknown);
  });

  test('the order is the given one, or the registry\u2019s with theirs, each once, and only those that can', () => {
    expect(fallbackOrder(pins, 'small')).toEqual(['small', 'large', 'plain']);
    expect(fallbackOrder(pins, 'small', ['plain', 'small', 'large'])).toEqual(['small', 'plain', 'large']);
    expect(fallbackOrder(pins, 'small', [])).toEqual(['small']);
    const decision = chooseModel(pins, { ...question, needs: { json: true } });
    expect(decision.order).toEqual(['small', 'large']);
    expect(decision.excluded).toEqual([{ model: 'plain', lacks: 'json' }]);
  });
});

describe('the reason', () => {
  const reason = (asked: Parameters<typeof chooseModel>[1]) => explainRoute(chooseModel(pins, asked), asked.selection);

  test('says in a sentence what decided, with scores and the runner-up', () => {
    expect(reason({ ...question, model: 'plain' })).toBe('plain was asked for by name');
    expect(reason(question)).toBe('small serves the task');
    const semantic = {
      by: 'semantic' as const,
      model: 'large',
      route: 'b',
      scores: [
        { route: 'b', model: 'large', score: 2 / 3 },
        { route: 'a', model: 'small', score: 0.5 },
      ],
      threshold: 0.3,
    };
    expect(reason({ ...question, selection: semantic })).toBe(
      'the semantic route b chose large with 0.6667 against 0.3; next is a with 0.5',
    );
    expect(reason({ ...question, selection: { by: 'rule', scores: [] } })).toBe('no rule held; small serves the task');
    expect(reason({ ...question, selection: { by: 'rule', scores: [], model: 'large', route: 'rule 1' } })).toBe(
      'rule 1 chose large',
    );
    expect(reason({ ...question, selection: { by: 'classifier', scores: [] }, otherwise: { model: 'large' } })).toBe(
      'no classifier route fits; large is what otherwise names',
    );
  });
});
