import type { JsonObject, JsonValue } from '../contracts/json';
import type { TaskInput } from '../contracts/model';
import { parseFailure } from '../core/prompts/parsed';
import { schemaProblem } from '../core/prompts/schema-problem';
import type { ActivityDependencies } from './dependencies';
import { parseAnswer } from './parse-answer';

export type SchemaQuestion = {
  /** What is asked for: a name for the provider, and a person. */
  name: string;
  schema: JsonObject;
};

/**
 * Asks for a text that holds JSON of a schema. The model is held to the schema where it can be; an answer that does not
 * fit is shown to it once more with what is wrong, as a request of its own.
 * @throws CadenzaError `ModelOutputInvalid` after the second answer, and whatever asking throws
 */
export async function askForSchema(
  input: TaskInput,
  { name, schema }: SchemaQuestion,
  ask: (input: TaskInput) => Promise<string>,
  has: Pick<ActivityDependencies, 'evaluator'>,
): Promise<{ text: string; value: JsonValue }> {
  const held = { ...input, responseSchema: { name, schema } };
  const first = await ask(held);
  const read = await parseAnswer(first, { schema }, has);
  if (read.ok) return { text: first, value: read.value };
  const second = await ask({ ...held, rejected: { answer: first, problem: `it ${read.problem}` } });
  const again = await parseAnswer(second, { schema }, has);
  if (again.ok) return { text: second, value: again.value };
  throw parseFailure(`step "${name}"`, `${schemaProblem(again.problem, schema)}, twice`);
}
