import type { CascadeInput } from '../contracts/cascade.schema';
import { isContentReference } from '../contracts/content';
import type { JsonValue } from '../contracts/json';
import type { Step } from '../contracts/pipeline.schema';
import { runHandler } from './activity-proxies';
import type { StageCalls } from './ask-stage';
import { transformed } from './run-step';

type Transform = CascadeInput['stages'][number]['transform'];

/**
 * What a transform makes of a stage's output; undefined without one. A registered function is given the fields of the
 * output as its inputs. Rejects with what describeFailure knows.
 */
export async function transformStage(
  index: number,
  transform: Transform,
  output: JsonValue,
  tenant: string,
  { caller, book, pins, inlineLimit, stageName }: StageCalls,
): Promise<JsonValue | undefined> {
  if (transform === undefined) return undefined;
  if (typeof transform === 'string') return transformed({ transform }, output, tenant);
  const name = `${stageName(index)}.transform`;
  const isFields =
    typeof output === 'object' && output !== null && !Array.isArray(output) && !isContentReference(output);
  const inputs = isFields ? output : { output };
  const step = { name, handler: transform.handler, config: {} } as Step;
  try {
    const given = { run: caller.run, step: caller.stepPrefix + name, inputs, config: {}, pins, inlineLimit };
    const outcome = await runHandler(step, given);
    book.spend(stageName(index), outcome.usage, outcome.attempts);
    return outcome.output;
  } catch (error) {
    await caller.failed(stageName(index), name, error);
    throw error;
  }
}
