import type { JsonValue } from '../../contracts/json';
import type { Entity, TaskResults } from '../../contracts/model';
import type { ModelTask } from '../../contracts/names';

/**
 * What of a task's typed result is the answer that members are compared by: the prediction, the text, or the entities as
 * a sorted list without positions and repeats. Undefined for embeddings, which are not compared.
 */
export function taskAnswer<T extends ModelTask>(task: T, result: TaskResults[T]): JsonValue | undefined {
  if (task === 'embedding') return undefined;
  if ('prediction' in result) return result.prediction;
  if ('text' in result) return result.text;
  return 'entities' in result ? entityList(result.entities) : undefined;
}

/** Model order and offsets say nothing about what was found. */
function entityList(entities: readonly Entity[]): JsonValue {
  const lines = entities.map(({ type, text }) => `${fold(type)}: ${fold(text)}`);
  return [...new Set(lines)].sort();
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}
