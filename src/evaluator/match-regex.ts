import { RE2JS } from 're2js';
import { shown } from '../contracts/nearest-name';
import type { Evaluation, RegexJob } from './evaluator';

/**
 * The first and the last match of a linear-time pattern in a text, each with its groups (0 is all of it; null for one
 * that took no part). One entry where there is one match, none where there is none.
 */
export function matchRegex({ regex, text }: RegexJob): Evaluation {
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(regex);
  } catch {
    return {
      problem: `is no regular expression with linear time (look-around and back-references are none): ${shown(regex)}`,
    };
  }
  const matcher = pattern.matcher(text);
  const groups = () => Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? null);
  let first: (string | null)[] | undefined;
  let last: (string | null)[] | undefined;
  while (matcher.find()) {
    if (first) last = groups();
    else first = groups();
  }
  return { value: [...(first ? [first] : []), ...(last ? [last] : [])] };
}
