import type { TreeOfThoughtInput } from '../../contracts/tree-of-thought.schema';
import { CadenzaError } from '../../contracts/failures';
import { fillTemplate } from '../prompts/template';
import { selectGreedy } from './select';

/**
 * Mode `reference`: what the code of the paper does with the Game of 24 (Yao et al. 2023, "Tree of Thoughts: Deliberate
 * Problem Solving with Large Language Models"; breadth-first search, propose, value), so that runs can be compared step
 * by step. It keeps the habits that the product's own search does not have: frontiers are texts and not nodes, empty
 * lines are thoughts, a text that is there twice on a level has the value 0, verdicts count as exact last lines, and
 * nothing ends before the last step. Everything here is a function of its arguments; the caller asks the model.
 */
export type ReferencePrompts = {
  /** Placeholder `{state}`: the numbers that are left. */
  propose: string;
  /** Placeholders `{problem}` and `{path}`: the steps so far, each with its line end. */
  finish: string;
  /** Placeholder `{state}`. */
  value: string;
  /** Placeholders `{problem}` and `{answer}`, in lower case. */
  valueLast: string;
};

/** The scores of the verdicts, in the order in which they are summed. */
const VERDICTS = [
  ['impossible', 0.001],
  ['likely', 1],
  ['sure', 20],
] as const;
const GOAL = '24';
const LINES_WITH_ANSWER = 4;

/** The values by prompt: one cache for all problems of a run, as the reference has it. */
export type ValueCache = Readonly<Record<string, number>>;

/** A level of the reference's search: texts, their values, and the ones that are kept. */
export type ReferenceStep = { ys: string[]; newYs: string[]; values: number[]; selected: string[] };

/** The four prompts of an input in mode `reference`. @throws CadenzaError `InvalidInput` naming one that is missing */
export function referencePrompts({ generate, evaluate, answer }: TreeOfThoughtInput): ReferencePrompts {
  return {
    propose: given(generate.promptTemplate, 'generate.promptTemplate'),
    finish: given(answer?.promptTemplate, 'answer.promptTemplate'),
    value: given(evaluate.promptTemplate, 'evaluate.promptTemplate'),
    valueLast: given(evaluate.answerPromptTemplate, 'evaluate.answerPromptTemplate'),
  };
}

function given(template: string | undefined, field: string): string {
  if (template !== undefined) return template;
  throw new CadenzaError('InvalidInput', `${field}: is required in mode reference`, { field });
}

/** The numbers that are left after the last line of a text: what follows `left: `, or the line itself. */
function numbersLeft(text: string): string {
  const after = lastLine(text).split('left: ').at(-1) ?? '';
  return after.split(')')[0] ?? '';
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** The prompt for the thoughts of one text: the next moves, or the answer once only 24 is left. */
export function proposePrompt(prompts: ReferencePrompts, problem: string, y: string): string {
  const left = numbersLeft(y === '' ? problem : y);
  if (left !== GOAL) return fillTemplate(prompts.propose, { state: left }, 'generate.promptTemplate');
  return fillTemplate(prompts.finish, { problem, path: y }, 'answer.promptTemplate');
}

/** The texts that one answer continues a text to: every line of it, empty ones too. */
export function continuations(y: string, answer: string): string[] {
  return answer.split('\n').map((line) => `${y}${line}\n`);
}

/** The prompt for the value of a text: of the numbers left, or of the answer where its last line has none. */
export function valuePrompt(prompts: ReferencePrompts, problem: string, y: string): string {
  const last = lastLine(y);
  if (last.includes('left: ')) {
    return fillTemplate(prompts.value, { state: numbersLeft(y) }, 'evaluate.promptTemplate');
  }
  const answer = last.toLowerCase().replaceAll('answer: ', '');
  return fillTemplate(prompts.valueLast, { problem, answer }, 'evaluate.answerPromptTemplate');
}

/** The value of a text, from the samples of its value prompt: a sum, with 0 for four lines without an answer. */
export function valueOfSamples(y: string, samples: readonly string[]): number {
  if (y.trim().split('\n').length === LINES_WITH_ANSWER && !y.toLowerCase().includes('answer')) return 0;
  const last = samples.map((sample) => sample.split('\n').at(-1));
  return VERDICTS.reduce((sum, [name, score]) => sum + score * last.filter((line) => line === name).length, 0);
}

/**
 * The value prompts to ask for a level, in order: one for each that the cache does not have. `for` is the text whose
 * samples decide its value; later texts with the same prompt share it.
 */
export function valueRequests(
  prompts: ReferencePrompts,
  problem: string,
  newYs: readonly string[],
  cache: ValueCache,
): { prompt: string; for: string }[] {
  const asked = new Map<string, string>();
  for (const y of newYs) {
    const prompt = valuePrompt(prompts, problem, y);
    if (!Object.hasOwn(cache, prompt) && !asked.has(prompt)) asked.set(prompt, y);
  }
  return [...asked].map(([prompt, y]) => ({ prompt, for: y }));
}

/** The cache with the values of the requests that {@link valueRequests} named; `samples` in the same order. */
export function withValues(
  cache: ValueCache,
  requests: readonly { prompt: string; for: string }[],
  samples: readonly (readonly string[])[],
): ValueCache {
  const added = requests.map((request, index) => [request.prompt, valueOfSamples(request.for, samples[index] ?? [])]);
  return { ...cache, ...(Object.fromEntries(added) as Record<string, number>) };
}

/** A level once all its values are known: a text that was there before on the level counts 0; the best `beamWidth` stay. */
export function referenceStep(
  prompts: ReferencePrompts,
  problem: string,
  { ys, newYs }: { ys: readonly string[]; newYs: readonly string[] },
  cache: ValueCache,
  beamWidth: number,
): ReferenceStep {
  const seen = new Set<string>();
  const values = newYs.map((y) => {
    if (seen.has(y)) return 0;
    seen.add(y);
    return cache[valuePrompt(prompts, problem, y)] ?? 0;
  });
  const { chosen } = selectGreedy(
    values.map((score, id) => ({ id, score })),
    beamWidth,
  );
  return { ys: [...ys], newYs: [...newYs], values, selected: chosen.map((id) => newYs[id] ?? '') };
}
