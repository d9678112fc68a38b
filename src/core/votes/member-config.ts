import type { JsonObject, JsonValue } from '../../contracts/json';
import type { AnsweringPattern, ModelTask } from '../../contracts/names';

/**
 * The input of a pattern that is a member: its `config`, and for what that leaves out the ensemble's own task and input,
 * under the names that the pattern has for them.
 */
export function memberConfig(
  pattern: AnsweringPattern,
  config: JsonObject,
  { task, input }: { task: ModelTask; input: JsonValue },
): JsonObject {
  const isFields = typeof input === 'object' && input !== null && !Array.isArray(input);
  const text = isFields ? (input['text'] ?? input) : input;
  switch (pattern) {
    case 'routeToModel':
    case 'ensemble':
    case 'cascade':
      return { task, input, ...config };
    case 'pipeline':
      return { input, ...config };
    case 'chain':
      return { initialPrompt: text, ...config };
    case 'treeOfThought':
      return { problem: text, ...config };
  }
}
