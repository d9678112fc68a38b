import type { FailureInfo } from '../../src/contracts/failures';
import { nextMove, stopSearch } from '../../src/core/tree/next-move';
import { recordAnswers, recordChecks, recordScores, recordThoughts } from '../../src/core/tree/record-outcomes';
import { firstSearch } from '../../src/core/tree/search-plan';
import type { SearchResult } from '../../src/core/tree/search-result';
import { searchResult, thoughtsTo } from '../../src/core/tree/search-result';
import type { Move, NewThought, Search, SearchPlan } from '../../src/core/tree/tree-types';

/** A made-up model: what it says of a path of thoughts. An Error is a failed call. */
export type World = {
  thoughts: (path: string[]) => (string | (Partial<NewThought> & { thought: string }))[] | Error;
  score?: (path: string[]) => number | null | Error;
  goal?: (path: string[]) => boolean;
  answer?: (path: string[]) => string | Error;
};

/** One move as it was made: its kind and the last thoughts of its nodes. */
export type MadeMove = { kind: Move['kind']; thoughts: string[] };

/** `asked`: what was asked of which node, in order. */
export type RunSearch = { search: Search; result: SearchResult; moves: MadeMove[]; asked: string[] };

export const PLAN: SearchPlan = {
  search: 'bfs',
  depth: 3,
  branches: 3,
  beamWidth: 2,
  select: 'greedy',
  seed: 0,
  maxStates: 1000,
  maxChildren: Number.MAX_SAFE_INTEGER,
  pruneBelow: -Number.MAX_VALUE,
  vote: false,
  check: 'none',
  answer: 'none',
};

const FAILURE: FailureInfo = { type: 'ProviderUnavailable', message: 'no answer' };

/** Runs a search against a made-up model; `arrive` may reorder outcomes, `stopAfter` ends it from outside. */
export function runSearch(
  plan: Partial<SearchPlan>,
  world: World,
  { arrive = (list) => list, stopAfter = Infinity }: { arrive?: <T>(list: T[]) => T[]; stopAfter?: number } = {},
): RunSearch {
  let search = firstSearch({ ...PLAN, ...plan }, 'root');
  const moves: MadeMove[] = [];
  const asked: string[] = [];
  for (;;) {
    if (moves.length >= stopAfter) search = stopSearch(search, 'budget');
    const next = nextMove(search);
    search = JSON.parse(JSON.stringify(next.search)) as Search;
    expect(nextMove(search)).toEqual({ search, move: next.move });
    const { move } = next;
    if (move.kind === 'end') return { search, result: searchResult(search), moves, asked };
    const path = (id: number) => thoughtsTo(search, id).map(String);
    asked.push(...move.nodes.map((id) => `${move.kind} ${id}`));
    moves.push({ kind: move.kind, thoughts: move.nodes.map((id) => path(id).at(-1) ?? '') });
    const each = <T, U>(ask: (path: string[]) => T | Error, shape: (value: T) => U) =>
      arrive(
        move.nodes.map((node) => {
          const value = ask(path(node));
          return value instanceof Error ? { node, failure: FAILURE } : { node, ...shape(value) };
        }),
      );
    switch (move.kind) {
      case 'generate':
        search = recordThoughts(
          search,
          arrive(
            move.nodes.map((node) => {
              const thoughts = world.thoughts(path(node));
              if (thoughts instanceof Error) return { node, failure: FAILURE };
              return { node, thoughts: thoughts.map((given) => newThought(given, path(node))) };
            }),
          ),
        );
        break;
      case 'evaluate':
        search = recordScores(
          search,
          each(world.score ?? (() => 0), (score) => ({ score, samples: 1, unparsed: score === null ? 1 : 0 })),
        );
        break;
      case 'check':
        search = recordChecks(
          search,
          each(world.goal ?? (() => false), (goal) => ({ goal })),
        );
        break;
      case 'answer':
        search = recordAnswers(
          search,
          each(world.answer ?? (() => 'answer'), (thought) => ({ thought })),
        );
    }
  }
}

function newThought(given: string | (Partial<NewThought> & { thought: string }), path: string[]): NewThought {
  const { thought, ...more } = typeof given === 'string' ? { thought: given } : given;
  const state = [...path, thought].join('/');
  return { thought, state, stateKey: state, ...more };
}
