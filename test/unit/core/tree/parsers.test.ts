import { parseProposals, parseSamples } from '../../../../src/core/tree/parse-thoughts';
import { parseRating } from '../../../../src/core/tree/parse-rating';
import { parseVerdict } from '../../../../src/core/tree/parse-verdict';
import { parseVote } from '../../../../src/core/tree/parse-vote';
import { parseVerification, scoreOf, voteScores } from '../../../../src/core/tree/scores';
import { stateOfThought } from '../../../../src/core/tree/thought-state';
import { matchLinear } from '../../../helpers/match-linear';

const valueOf = <T>(result: { ok: true; value: T } | { ok: false; problem: string }) =>
  result.ok ? result.value : undefined;

describe('proposed thoughts', () => {
  test.each([
    [
      'lines',
      '10 + 6 = 16 (left: 4 5 16)\n5 - 4 = 1 (left: 1 6 10)',
      ['10 + 6 = 16 (left: 4 5 16)', '5 - 4 = 1 (left: 1 6 10)'],
    ],
    ['numbers', 'Here are three:\n1. add\n2. subtract\n3) divide\n\nGood luck!', ['add', 'subtract', 'divide']],
    ['bullets with more lines', '- add\n  first\n- subtract', ['add\nfirst', 'subtract']],
    ['JSON strings', '```json\n["add", "subtract"]\n```', ['add', 'subtract']],
    ['JSON objects', '{"thoughts": [{"reason": "r", "thought": "add"}, {"thought": "subtract"}]}', ['add', 'subtract']],
    ['brackets that are no JSON', 'use [a]\nuse [b]', ['use [a]', 'use [b]']],
    ['one line with a marker among others', 'first\n- second\nthird', ['first', '- second', 'third']],
  ])('are found as %s', (_case, text, thoughts) => expect(parseProposals(text, 10).thoughts).toEqual(thoughts));

  test('empty and repeated ones are dropped and counted, and so are those beyond the number of branches', () => {
    expect(parseProposals('a\n\nb\n  a \nc\nd\n', 3)).toEqual({
      thoughts: ['a', 'b', 'c'],
      dropped: { empty: 2, repeated: 1, too_many: 1 },
    });
    expect(parseSamples(['one\ntwo', ' ', 'one  two', 'three'], 5)).toEqual({
      thoughts: ['one\ntwo', 'three'],
      dropped: { empty: 1, repeated: 1, too_many: 0 },
    });
  });
});

describe('verdicts', () => {
  const names = ['sure', 'likely', 'impossible'];

  test.each([
    ['sure', 'sure'],
    ['Sure', 'sure'],
    ['SURE.', 'sure'],
    ['4 6\n4 * 6 = 24\nsure\n', 'sure'],
    ['**Likely**', 'likely'],
    ['Verdict: _impossible_.', 'impossible'],
    ['It looks impossible at first.\nVerdict: sure', 'sure'],
    ['sure\n\nThe numbers 4 and 6 give 24.\nSo it works.\nReally.\nYes.', 'sure'],
    ['I would say it is likely.', 'likely'],
    ['not impossible, but likely', 'likely'],
    ["It isn't sure, rather likely", 'likely'],
    ['{"reason": "impossible to miss", "verdict": "sure"}', 'sure'],
    ['sure/likely/impossible?\nlikely', 'likely'],
  ])('of %j is %s', (text, verdict) => expect(valueOf(parseVerdict(text, names))).toBe(verdict));

  test.each([
    ['no verdict'],
    ['unsure'],
    ['not sure'],
    ['I am not at all sure'],
    ['sure, likely or impossible'],
    ['It is likely that\nthere is\nmore to\ncome here'],
    [''],
  ])('%j is unparsed, never a score', (text) => expect(parseVerdict(text, names).ok).toBe(false));

  test('a name of several words is one verdict', () => {
    expect(valueOf(parseVerdict('Very good!', ['good', 'very good']))).toBe('very good');
  });
});

describe('ratings', () => {
  test.each([
    ['0.8', 0.8],
    ['Score: 0.75', 0.75],
    ['Step 1 is fine.\nStep 2 too.\n**Score: 1**', 1],
    ['80%', 0.8],
    ['8/10', 0.8],
    ['8 out of 10', 0.8],
    ['{"score": 0.3, "why": "5 is odd"}', 0.3],
    ['I give 0.2 of 1', 0.2],
  ])('of %j is %d', (text, rating) => expect(valueOf(parseRating(text))).toBeCloseTo(rating, 10));

  test.each([['8'], ['none'], ['110%'], ['-0.5'], ['12/10'], ['0 / 0'], ['1. The thought is sound.'], ['1) Weak']])(
    '%j is unparsed, never a score',
    (text) => {
      expect(parseRating(text).ok).toBe(false);
    },
  );
});

describe('votes', () => {
  test.each([
    ['The best choice is 12', 12],
    ['Analysis...\nThe best choice is 2 (not 5)', 2],
    ['2 (not 5)', 2],
    ['Choice 1 is dull. Choice 2 is good.\nThe best of the 5 choices is 3.', 3],
    ['I choose option 4', 4],
    ['Choice 1 is better than 2', 1],
    ['**Best choice: 3**', 3],
    ['7', 7],
  ])('of %j is %d', (text, vote) => expect(valueOf(parseVote(text, 12))).toBe(vote));

  test.each([['none of them'], ['The best choice is 13'], ['The best choice is 0'], ['3 or 4'], ['']])(
    '%j is a vote for nobody',
    (text) => expect(parseVote(text, 12).ok).toBe(false),
  );
});

describe('scores', () => {
  const rule = { mode: 'verdict', verdicts: { sure: 20, likely: 1, impossible: 0.001 } } as const;

  test('a sample that can not be parsed is counted, and lowers no score', () => {
    expect(scoreOf(['Sure.', 'sure', '???'], rule)).toEqual({ score: 20, samples: 3, unparsed: 1 });
    expect(scoreOf(['sure', 'likely'], rule).score).toBe(10.5);
  });

  test('without a sample that can be parsed there is no score', () => {
    expect(scoreOf(['?', ''], rule)).toEqual({ score: null, samples: 2, unparsed: 2 });
    expect(scoreOf(['maybe'], { mode: 'number' })).toEqual({ score: null, samples: 1, unparsed: 1 });
  });

  test('votes are shares of those that could be parsed', () => {
    expect(voteScores(['best: 1', 'best: 3', 'best: 1', 'pass'], 3)).toEqual({
      scores: [2 / 3, 0, 1 / 3],
      unparsed: 1,
    });
    expect(voteScores(['pass'], 2)).toEqual({ scores: [null, null], unparsed: 1 });
  });

  test.each([
    ['Yes.', true],
    ['It adds up.\nno', false],
    ['incorrect', false],
    ['perhaps', undefined],
    ['No, this is not a correct solution.', false],
    ['This is not a correct solution.', undefined],
    ["This can't be correct.", undefined],
    ['It is not yet correct', undefined],
    ['It is far from perfect, but correct', true],
    ['No number is used twice: correct', true],
  ])('a verifier that says %j', (text, verified) => expect(parseVerification(text)).toBe(verified));
});

describe('the state of a thought', () => {
  const rule = { after: 'left: ', before: ')', missing: 'drop' } as const;
  const state = (thought: string, given: Parameters<typeof stateOfThought>[2], path: string[] = []) =>
    stateOfThought(path, thought, given, matchLinear);

  test('is the path where no rule says otherwise', () => {
    expect(state('b', undefined, ['a'])).toEqual({ state: 'a\nb', stateKey: 'a b' });
  });

  test('is what stands after the last mark', () => {
    expect(state('(left: 9) 5 + 4 = 9 (left:  6 9  10)', rule)).toEqual({ state: '6 9  10', stateKey: '6 9 10' });
    expect(state('left: 1 2', { after: 'left:', missing: 'drop' })?.state).toBe('1 2');
  });

  test('is a group of a pattern', () => {
    expect(state('x=12;', { regex: 'x=(\\d+)', group: 1, missing: 'drop' })?.state).toBe('12');
  });

  test('that is not there drops the thought, or is the thought itself', () => {
    expect(state('No further step is possible.', rule)).toBeUndefined();
    expect(state('no mark', { ...rule, missing: 'thought' })?.state).toBe('no mark');
  });
});
