import { RE2JS } from 're2js';
import type { MatchPattern } from '../../src/core/prompts/parse-output';

/** Patterns on the engine that is linear in the text, as the product has them. */
export const matchLinear: MatchPattern = (pattern, text) => {
  const matcher = RE2JS.compile(pattern).matcher(text);
  if (!matcher.find()) return null;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group));
};
