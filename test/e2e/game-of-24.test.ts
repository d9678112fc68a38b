import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { envelopeSchema } from '../../src/contracts/envelope.schema';
import type { TreeOfThoughtResult } from '../../src/contracts/tree-of-thought.schema';
import { isSolution } from '../helpers/game-of-24';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';
import type { SimulatedModel } from '../helpers/simulated-model';
import { startSimulatedModel } from '../helpers/simulated-model';

/** The folder that the commands in the examples are meant for. */
const cwd = path.resolve(__dirname, '..', '..');

let cli: Cli;
let model: SimulatedModel;

jest.setTimeout(120_000);
beforeAll(async () => {
  [cli, model] = await Promise.all([createCli(), startSimulatedModel()]);
});
afterAll(() => Promise.all([cli.close(), model.close()]));

/** The example's registry, with the simulated model where this test has started it. */
async function registry(): Promise<string> {
  const text = readFileSync(path.join(cwd, 'examples', 'game-of-24', 'models.yaml'), 'utf8');
  const file = path.join(path.dirname(cli.home), 'simulated.yaml');
  await writeFile(file, text.replace('http://127.0.0.1:8824/v1', model.url));
  return file;
}

test('examples/game-of-24: the puzzle is solved, verified, and shown as a tree', async () => {
  const line = ['run', 'treeOfThought', '-i', 'examples/game-of-24/tree.yaml', '--models', await registry()];
  const shown = await cli.run([...line, '--id', 'game'], { cwd });
  expect(shown.code).toBe(0);
  const text = shown.stdout;
  expect(text.indexOf('Answer: ')).toBeLessThan(text.indexOf('How it was decided'));
  expect(text).toMatch(/^ {2}4 5 6 10$/m);
  expect(text).toMatch(/├─ .*\(left: .*20/);
  expect(text).toMatch(/└─ 5 pruned: 5 outside beam/);
  expect(shown.stderr).toMatch(/level 2 of 3, \d+ nodes/);
  expect(shown.stderr).toContain('npx cadenza result game');

  const { json } = await cli.run(['result', 'game', '--json'], { cwd });
  const { pattern, status, result } = envelopeSchema.parse(json());
  const { finalSolution, verified, bestPath } = result as unknown as TreeOfThoughtResult;
  expect({ pattern, status, verified }).toEqual({ pattern: 'treeOfThought', status: 'completed', verified: true });
  expect(isSolution('4 5 6 10', String(finalSolution))).toBe(true);
  expect(bestPath).toHaveLength(5);
});
