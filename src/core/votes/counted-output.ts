import type { Extract } from '../../contracts/answers.schema';
import type { InvalidReason } from '../../contracts/decision.schema';
import type { FailureType } from '../../contracts/failures';
import type { JsonValue } from '../../contracts/json';
import type { TaskResults } from '../../contracts/model';
import type { ModelTask } from '../../contracts/names';
import { taskAnswer } from './task-answer';

/**
 * What of a task's typed result an answer is taken from: the text or the prediction; all of it where `extract` asks for
 * JSON, a field or an expression and the result is no text.
 */
export function countedOutput<T extends ModelTask>(
  task: T,
  result: TaskResults[T],
  extract: Extract | undefined,
): JsonValue | undefined {
  const answer = taskAnswer(task, result);
  if (extract === undefined || 'text' in result) return answer;
  const wantsWhole = extract === 'json' || (typeof extract === 'object' && !('regex' in extract));
  return wantsWhole ? (result as JsonValue) : answer;
}

/** Why an answer that a model gave does not count, where a call failed for that; undefined for every other failure. */
export function invalidReasonOf(task: ModelTask, failure: FailureType): InvalidReason | undefined {
  if (failure === 'ModelOutputTruncated') return 'truncated';
  if (failure !== 'ModelOutputInvalid') return undefined;
  const isText = task === 'generation' || task === 'summarization' || task === 'translation';
  return isText ? 'empty' : 'unparsed';
}

/** True where the answer is what anybody can read from the result, so that it need not be there twice. */
export function isPlainAnswer(result: JsonValue, answer: JsonValue): boolean {
  return typeof answer === 'string' && plainAnswer(result) === answer;
}

/** The text or the prediction of a result; undefined where it has neither. */
export function plainAnswer(result: JsonValue): JsonValue | undefined {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return undefined;
  return result['prediction'] ?? result['text'];
}
