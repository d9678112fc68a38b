import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { checkInput } from '../../src/contracts/check-input.schema';
import type { TreeOfThoughtInput } from '../../src/contracts/tree-of-thought.schema';

const EXAMPLE = path.join(__dirname, '../../examples/game-of-24');

/** The example's input for one puzzle. */
export function gameInput(problem: string, more: object = {}): TreeOfThoughtInput {
  const example = parse(readFileSync(path.join(EXAMPLE, 'tree.yaml'), 'utf8')) as object;
  return checkInput('treeOfThought', { ...example, problem, ...more });
}

/** The hundred puzzles of the paper. */
export function gamePuzzles(): string[] {
  return (JSON.parse(readFileSync(path.join(EXAMPLE, 'puzzles.json'), 'utf8')) as { puzzles: string[] }).puzzles;
}

type Fraction = { over: bigint; under: bigint };

/** True where an answer is an expression that uses each number of the puzzle once and is exactly 24. */
export function isSolution(problem: string, answer: string): boolean {
  const expression = /^(?:answer:)?([^=]*)(?:=\s*24)?$/i.exec(answer.trim())?.[1]?.trim() ?? '';
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).map(Number).sort((a, b) => a - b);
  if (numbers(expression).join() !== numbers(problem).join()) return false;
  const value = valueOf(expression.match(/\d+|[-+*/()]|\S/g) ?? []);
  return value !== undefined && value.under !== 0n && value.over === 24n * value.under;
}

/** The exact value of an expression, or undefined where it is none. */
function valueOf(tokens: string[]): Fraction | undefined {
  let at = 0;
  const next = () => tokens[at];
  const sum = (): Fraction => {
    let left = product();
    while (next() === '+' || next() === '-') left = add(left, tokens[at++] === '+' ? 1n : -1n, product());
    return left;
  };
  const product = (): Fraction => {
    let left = atom();
    while (next() === '*' || next() === '/') {
      const divide = tokens[at++] === '/';
      const { over, under } = atom();
      left = divide
        ? { over: left.over * under, under: left.under * over }
        : { over: left.over * over, under: left.under * under };
    }
    return left;
  };
  const atom = (): Fraction => {
    const token = tokens[at++] ?? '';
    if (/^\d+$/.test(token)) return { over: BigInt(token), under: 1n };
    if (token !== '(') throw new SyntaxError('an expression was expected');
    const inner = sum();
    if (tokens[at++] !== ')') throw new SyntaxError(') was expected');
    return inner;
  };
  try {
    const value = sum();
    return at === tokens.length ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function add(a: Fraction, sign: bigint, b: Fraction): Fraction {
  return { over: a.over * b.under + sign * b.over * a.under, under: a.under * b.under };
}
