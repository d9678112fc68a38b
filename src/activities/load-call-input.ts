import type { JsonObject, JsonValue } from '../contracts/json';
import type { TaskInput } from '../contracts/model';
import type { CallInput } from '../contracts/model-call';
import type { ScopedContent } from './scoped-content';

/** The input of a model call with its texts loaded. A text that is another value, as of an earlier stage, goes as JSON. */
export async function loadCallInput(input: CallInput, content: ScopedContent): Promise<TaskInput> {
  const loaded = await content.load(input, 'input');
  if (!isTaskInput(loaded)) return { text: textOf(loaded) };
  return { ...loaded, text: textOf(loaded['text'] ?? '') };
}

/** A text as it is, anything else as JSON. */
export function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isTaskInput(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'text' in value;
}
