import type { StateRule } from '../../contracts/tree-of-thought.schema';
import type { MatchPattern } from '../prompts/parse-output';
import { thoughtKey } from './parse-thoughts';

/** The state that a thought leads to, and the key by which equal states are told. */
export type ThoughtState = { state: string; stateKey: string };

/**
 * What a thought leads to. Without a rule the state is the path: the thoughts so far, one a line. With a rule it is the
 * part of the thought that the rule names: what stands after the last `after` up to the next `before`, or a group of a
 * pattern. Undefined where the rule finds nothing in the thought and such thoughts are to be dropped.
 */
export function stateOfThought(
  path: readonly string[],
  thought: string,
  rule: StateRule | undefined,
  match: MatchPattern,
): ThoughtState | undefined {
  if (rule === undefined) return keyed([...path, thought].join('\n'));
  const found = 'after' in rule ? between(thought, rule.after, rule.before) : match(rule.regex, thought)?.[rule.group];
  if (found?.trim()) return keyed(found.trim());
  return rule.missing === 'thought' ? keyed(thought.trim()) : undefined;
}

function keyed(state: string): ThoughtState {
  return { state, stateKey: thoughtKey(state) };
}

function between(text: string, after: string, before: string | undefined): string | undefined {
  const start = text.lastIndexOf(after);
  if (start === -1) return undefined;
  const rest = text.slice(start + after.length);
  const end = before === undefined ? -1 : rest.indexOf(before);
  return end === -1 ? rest : rest.slice(0, end);
}
