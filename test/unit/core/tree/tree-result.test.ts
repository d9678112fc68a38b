import { withoutUnpaid } from '../../../../src/core/tree/out-of-budget';
import { searchResult } from '../../../../src/core/tree/search-result';
import { checkSolved, toldResult } from '../../../../src/core/tree/tree-result';
import { runSearch } from '../../../helpers/run-search';

test('what nothing was left to spend for is no failure of its branch', () => {
  const unpaid = { node: 2, failure: { type: 'BudgetExceeded' as const, message: 'nothing is left' } };
  const failed = { node: 3, failure: { type: 'ModelRefused' as const, message: 'no' } };
  const scored = { node: 1, score: 1, samples: 1, unparsed: 0 };
  expect(withoutUnpaid([scored, unpaid, failed])).toEqual({ outcomes: [scored, failed], why: 'nothing is left' });
  expect(withoutUnpaid([scored, failed])).toEqual({ outcomes: [scored, failed] });
});

describe('the end of a search', () => {
  const world = { thoughts: () => ['a', 'b'], score: (path: string[]) => (path.at(-1) === 'b' ? 0.8 : 0.2) };

  test('with a solution is none to refuse, and the result tells path, score and what was cut', () => {
    const { search, result } = runSearch({ depth: 1, beamWidth: 1 }, world);
    expect(() => checkSolved(search, result)).not.toThrow();
    expect(toldResult(search, result)).toMatchObject({
      bestPath: ['root', 'b'],
      bestScore: 0.8,
      finalSolution: 'b',
      ended: 'depth',
      pruned: [{ node: 1, parent: 0, reason: 'outside_beam' }],
      unexplored: [],
    });
  });

  test.each([
    [{ thoughts: () => [] }, {}, 'ModelOutputInvalid', 'the root of the tree has no thoughts'],
    [{ thoughts: () => new Error('x') }, {}, 'ProviderUnavailable', 'every branch failed; the first: no answer'],
    [world, { pruneBelow: 0.9 }, 'AllRejected', 'all 2 thoughts of the tree were cut'],
  ])('without one is a typed failure', (given, plan, type, message) => {
    const { search, result } = runSearch({ depth: 2, ...plan }, given);
    expect(() => checkSolved(search, result)).toThrow(expect.objectContaining({ type }) as Error);
    expect(() => checkSolved(search, result)).toThrow(message);
  });

  test('from outside is none where there is more than the root', () => {
    const { search } = runSearch({ depth: 2 }, world, { stopAfter: 0 });
    expect(() => checkSolved(search, searchResult(search))).toThrow(
      expect.objectContaining({ type: 'BudgetExceeded' }),
    );
    const later = runSearch({ depth: 2 }, world, { stopAfter: 1 }).search;
    expect(() => checkSolved(later, searchResult(later))).not.toThrow();
    expect(toldResult(search, searchResult(search))).toMatchObject({
      finalSolution: null,
      bestPath: [],
      ended: 'stopped',
    });
  });
});
