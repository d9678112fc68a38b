import fc from 'fast-check';
import { pathTo } from '../../src/core/tree/tree-nodes';
import type { SearchPlan } from '../../src/core/tree/tree-types';
import { parseProposals, thoughtKey } from '../../src/core/tree/parse-thoughts';
import { parseRating } from '../../src/core/tree/parse-rating';
import { parseVerdict } from '../../src/core/tree/parse-verdict';
import { parseVote } from '../../src/core/tree/parse-vote';
import { selectSampled } from '../../src/core/tree/select';
import { propertyRuns } from '../helpers/property-runs';
import type { World } from '../helpers/run-search';
import { runSearch } from '../helpers/run-search';

const options = { seed: 20261123, numRuns: propertyRuns(150) };

/** A number from 0 to below 1 for a text: what a made-up model is made of. */
function hash(text: string): number {
  let value = 2166136261;
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 16777619);
  return (value >>> 0) / 4294967296;
}

const keyOf = (path: readonly string[]) => path.join('/');

/** A world that its salt decides: some nodes have no thoughts, few scores so that there are ties, some calls fail. */
function worldOf(salt: string, { failures, states }: { failures: boolean; states: boolean }): World {
  const fails = (kind: string, path: string[]) => failures && hash(`${salt}${kind}${keyOf(path)}`) < 0.15;
  return {
    thoughts: (path) => {
      if (path.length > 0 && fails('thoughts', path)) return new Error('no answer');
      const children = Math.floor(hash(`${salt}n${keyOf(path)}`) * 5);
      return Array.from({ length: path.length === 0 ? children + 1 : children }, (_, index) => {
        const thought = `${path.at(-1) ?? ''}${index}`;
        const ready = hash(`${salt}ready${thought}`) < 0.1;
        return states ? { thought, ready, stateKey: String(Math.floor(hash(salt + thought) * 20)) } : thought;
      });
    },
    score: (path) => {
      if (fails('score', path)) return new Error('no answer');
      const score = Math.floor(hash(`${salt}score${keyOf(path)}`) * 5);
      return score === 0 && failures ? null : score;
    },
    goal: (path) => hash(`${salt}goal${keyOf(path)}`) < 0.02,
    answer: (path) => (fails('answer', path) ? new Error('no answer') : 'answer'),
  };
}

const plan: fc.Arbitrary<Partial<SearchPlan>> = fc.record({
  search: fc.constantFrom('bfs', 'dfs', 'best-first'),
  depth: fc.integer({ min: 1, max: 4 }),
  beamWidth: fc.integer({ min: 1, max: 4 }),
  select: fc.constantFrom('greedy', 'sample'),
  seed: fc.nat(),
  maxStates: fc.integer({ min: 1, max: 40 }),
  maxChildren: fc.integer({ min: 1, max: 4 }),
  pruneBelow: fc.constantFrom(-1, 1, 2),
  vote: fc.boolean(),
  check: fc.constantFrom('none', 'thoughts', 'selected', 'answers'),
  answer: fc.constantFrom('none', 'ready', 'leaves'),
});

test('whatever the search and whatever fails: it ends, pays for nothing twice, and answers with no cut branch', () => {
  fc.assert(
    fc.property(plan, fc.string(), fc.nat({ max: 30 }), (drawn, salt, stopAfter) => {
      const world = worldOf(salt, { failures: true, states: true });
      const { search, result, moves, asked } = runSearch(drawn, world, {
        stopAfter: stopAfter === 0 ? 1000 : stopAfter,
      });
      expect(moves.length).toBeLessThan(1000);
      expect(search.expansions).toBeLessThanOrEqual(drawn.maxStates ?? 0);
      expect(new Set(asked).size).toBe(asked.length);
      for (const node of search.nodes) {
        expect(node.parent === null ? -1 : node.parent).toBeLessThan(node.id);
        expect(node.depth).toBeLessThanOrEqual((drawn.depth ?? 0) + 1);
      }
      const cut = new Set(result.pruned.flatMap((branch) => ('node' in branch ? [branch.node] : [])));
      expect(result.nodes.filter(({ status }) => status === 'pruned').map(({ id }) => id)).toEqual([...cut]);
      for (const id of result.unexplored) expect(cut.has(id)).toBe(false);
      if (!result.best) return;
      expect(result.best.path.filter((id) => cut.has(id) && id !== 0)).toEqual([]);
      expect(result.best.path).toEqual(pathTo(search, result.best.path.at(-1) ?? 0));
      expect(result.best.verified).toBe(search.nodes.some(({ goal, pruned }) => goal === true && !pruned));
    }),
    options,
  );
});

test('the order in which outcomes arrive changes nothing', () => {
  fc.assert(
    fc.property(plan, fc.string(), (drawn, salt) => {
      const world = worldOf(salt, { failures: true, states: true });
      const backwards = <T>(list: T[]) => [...list].reverse();
      expect(runSearch(drawn, world, { arrive: backwards })).toEqual(runSearch(drawn, world));
    }),
    options,
  );
});

test('the beam keeps what a plain breadth-first search over texts keeps', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.string(),
      (depth, beamWidth, salt) => {
        const world = worldOf(salt, { failures: false, states: false });
        const { search } = runSearch({ depth, beamWidth }, world);
        let frontier: string[][] = [[]];
        for (let level = 0; level < depth && frontier.length > 0; level += 1) {
          const grown = frontier.flatMap((path) =>
            (world.thoughts(path) as string[]).map((thought) => [...path, thought]),
          );
          const scored = grown.map((path, place) => ({ path, place, score: world.score?.(path) as number }));
          scored.sort((a, b) => b.score - a.score || a.place - b.place);
          if (scored.length === 0) break;
          frontier = scored.slice(0, beamWidth).map(({ path }) => path);
        }
        const kept = search.frontier.map((id) =>
          pathTo(search, id)
            .slice(1)
            .map((node) => String(search.nodes[node]?.thought)),
        );
        expect(kept).toEqual(frontier);
      },
    ),
    options,
  );
});

test('depth-first search visits in the order of a recursive one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.string(),
      (depth, maxChildren, salt) => {
        const world = worldOf(salt, { failures: false, states: false });
        const visited: string[] = [];
        const visit = (path: string[]) => {
          if (path.length >= depth) return;
          visited.push(path.at(-1) ?? '');
          const children = (world.thoughts(path) as string[]).map((thought) => [...path, thought]);
          const scored = children.map((child, place) => ({ child, place, score: world.score?.(child) as number }));
          const good = scored.filter(({ score }) => score >= 1).sort((a, b) => b.score - a.score || a.place - b.place);
          good.slice(0, maxChildren).forEach(({ child }) => visit(child));
        };
        visit([]);
        const { moves } = runSearch({ search: 'dfs', depth, maxChildren, pruneBelow: 1 }, world);
        expect(moves.filter(({ kind }) => kind === 'generate').map(({ thoughts }) => thoughts[0])).toEqual(visited);
      },
    ),
    options,
  );
});

const messy = fc.string({
  unit: fc.constantFrom('sure', 'not ', '1', '. ', '\n', '{', '"', ':', '8/10', ' best ', 'é'),
});

test('no text makes a parser throw, and what it gives is within what was asked for', () => {
  fc.assert(
    fc.property(fc.oneof(messy, fc.string({ unit: 'grapheme' })), fc.integer({ min: 1, max: 20 }), (text, most) => {
      const verdict = parseVerdict(text, ['sure', 'likely']);
      if (verdict.ok) expect(['sure', 'likely']).toContain(verdict.value);
      const rating = parseRating(text);
      if (rating.ok) expect(rating.value >= 0 && rating.value <= 1).toBe(true);
      const vote = parseVote(text, most);
      if (vote.ok) expect(vote.value >= 1 && vote.value <= most).toBe(true);
      const { thoughts } = parseProposals(text, most);
      expect(thoughts.length).toBeLessThanOrEqual(most);
      const keys = thoughts.map(thoughtKey);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys).not.toContain('');
    }),
    { ...options, numRuns: propertyRuns(2000) },
  );
});

test('a sampled choice takes distinct candidates, as many as there is room for', () => {
  const scores = fc.array(fc.option(fc.double({ noNaN: true, min: -10, max: 1e6 })), { maxLength: 30 });
  fc.assert(
    fc.property(
      scores,
      fc.integer({ min: 1, max: 10 }),
      fc.nat(),
      fc.nat({ max: 9 }),
      (drawn, beamWidth, seed, level) => {
        const candidates = drawn.map((score, id) => ({ id: id * 2, score }));
        const { chosen } = selectSampled(candidates, beamWidth, seed, level);
        expect(chosen).toHaveLength(Math.min(beamWidth, candidates.length));
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(candidates.map(({ id }) => id)).toEqual(expect.arrayContaining(chosen));
      },
    ),
    options,
  );
});
