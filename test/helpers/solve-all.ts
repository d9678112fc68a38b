import type { TreeOfThoughtInput } from '../../src/contracts/tree-of-thought.schema';
import { driveTree } from './drive-tree';
import { gameInput, isSolution } from './game-of-24';
import type { SimulatedModel } from './simulated-model';

/** What came of some puzzles: solved by the one answer of the result, and said to be verified. */
export type Solved = { solved: number; verified: number; unsolved: string[]; unparsed: number; samples: number };

/**
 * Solves puzzles one after another, with one cache of responses for all of them. With `check` false nothing checks
 * answers: the tree picks by its own scores.
 */
export async function solveAll(
  puzzles: readonly string[],
  model: SimulatedModel,
  { more = {}, check = true }: { more?: Partial<TreeOfThoughtInput>; check?: boolean } = {},
): Promise<Solved> {
  const cache = new Map<string, Promise<string[]>>();
  const ask = (prompt: string, n: number) => {
    const key = `${n} ${prompt}`;
    const known = cache.get(key) ?? model.ask(prompt, n);
    cache.set(key, known);
    return known;
  };
  const solved: Solved = { solved: 0, verified: 0, unsolved: [], unparsed: 0, samples: 0 };
  for (const puzzle of puzzles) {
    // The check is the test's own exact one, whatever the example's expression says.
    const input = gameInput(puzzle, { ...(check ? {} : { isGoal: undefined }), ...more });
    const { result } = await driveTree(input, ask, isSolution);
    const right = isSolution(puzzle, String(result.best?.solution ?? ''));
    solved.solved += right ? 1 : 0;
    solved.verified += result.best?.verified ? 1 : 0;
    solved.samples += result.samples.asked;
    solved.unparsed += result.samples.unparsed;
    if (!right) solved.unsolved.push(puzzle);
  }
  return solved;
}
