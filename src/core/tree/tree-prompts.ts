import type { JsonValue } from '../../contracts/json';
import type { TreeOfThoughtInput } from '../../contracts/tree-of-thought.schema';
import { checkPlaceholders } from '../prompts/check-placeholders';
import { DEFAULT_PROMPTS } from './default-prompts';

/** What a tree asks a model for. `judge` is the evaluation of an answer. */
export const TREE_ROLES = ['generate', 'evaluate', 'judge', 'answer', 'goal'] as const;
export type TreeRole = (typeof TREE_ROLES)[number];

/** A role's prompt: its template, and the field of the input that it came from. */
export type RolePrompt = { template: string; field: string };

/** What every template may use; `path` are the thoughts so far, one a line, `state` what the last of them leads to. */
const COMMON = ['problem', 'path', 'state', 'depth'];

/** The prompt of a role: the input's own, else the one that ships. */
export function promptOf(role: TreeRole, input: TreeOfThoughtInput): RolePrompt {
  const { generate, evaluate, answer, isGoal } = input;
  const own = (template: string | undefined, field: string, fallback: string) => ({
    template: template ?? fallback,
    field,
  });
  switch (role) {
    case 'generate':
      return own(generate.promptTemplate, 'generate.promptTemplate', DEFAULT_PROMPTS[generate.mode]);
    case 'evaluate':
      return own(evaluate.promptTemplate, 'evaluate.promptTemplate', DEFAULT_PROMPTS[evaluate.mode]);
    case 'judge':
      return evaluate.answerPromptTemplate === undefined
        ? promptOf('evaluate', input)
        : own(evaluate.answerPromptTemplate, 'evaluate.answerPromptTemplate', '');
    case 'answer':
      return own(answer?.promptTemplate, 'answer.promptTemplate', DEFAULT_PROMPTS.answer);
    case 'goal': {
      const template = typeof isGoal === 'object' && 'model' in isGoal ? isGoal.promptTemplate : undefined;
      return own(template, 'isGoal.promptTemplate', DEFAULT_PROMPTS.goal);
    }
  }
}

/** The names that a role's template may use. */
export function placeholdersOfRole(role: TreeRole, { evaluate }: TreeOfThoughtInput): string[] {
  if (evaluate.mode === 'vote' && (role === 'evaluate' || role === 'judge')) return ['problem', 'candidates'];
  const judged = [...COMMON, 'thought', ...(evaluate.mode === 'verdict' ? ['verdicts'] : [])];
  switch (role) {
    case 'generate':
      return [...COMMON, 'count'];
    case 'evaluate':
      return judged;
    case 'judge':
      return [...judged, 'answer'];
    case 'answer':
      return [...COMMON, 'thought'];
    case 'goal':
      return [...COMMON, 'thought', 'answer'];
  }
}

/** Refuses a template with a placeholder that its role does not have, before the first call. @throws CadenzaError `InvalidInput` */
export function checkTreePrompts(input: TreeOfThoughtInput): void {
  for (const role of TREE_ROLES) {
    const { template, field } = promptOf(role, input);
    checkPlaceholders(template, field, placeholdersOfRole(role, input));
  }
  const systems = { generate: input.generate, evaluate: input.evaluate, answer: input.answer };
  for (const [role, settings] of Object.entries(systems)) {
    if (settings?.system !== undefined) checkPlaceholders(settings.system, `${role}.system`, ['problem']);
  }
}

/** What is known of one node when its prompt is filled. `path` ends with the node's own thought. */
export type NodeText = { path: readonly string[]; state: string };

/** The values of a template that is about one node. `answer` is the node's thought where the node is an answer. */
export function nodeScope(
  { problem, numBranches, evaluate }: TreeOfThoughtInput,
  { path, state }: NodeText,
): Record<string, JsonValue> {
  const thought = path.at(-1) ?? '';
  return {
    problem,
    path: [...path],
    state,
    depth: path.length,
    count: numBranches,
    thought,
    answer: thought,
    verdicts: Object.keys(evaluate.verdicts ?? {}).join(', '),
  };
}

/** The values of a vote's template: the ways to the candidates, each under a line with its number, from 1. */
export function voteScope({ problem }: TreeOfThoughtInput, candidates: readonly NodeText[]): Record<string, JsonValue> {
  const listed = candidates.map(({ path }, index) => `Choice ${index + 1}:\n${path.join('\n')}`);
  return { problem, candidates: listed.join('\n\n') };
}
