import type { JsonValue } from '../contracts/json';
import type { AnswerRule, OutputReading } from '../contracts/model-call';
import { countAnswer } from './count-answer';
import type { ActivityDependencies } from './dependencies';
import { scopedContent } from './scoped-content';

/** A pattern's main output as an ensemble counts it, loaded where it is stored. */
export function createReadOutput(dependencies: ActivityDependencies) {
  return async (tenant: string, output: JsonValue, rule: AnswerRule, limit: number): Promise<OutputReading> => {
    const content = scopedContent(dependencies.store, dependencies.namespace, tenant);
    const loaded = await content.load(output, 'output');
    const counted = await countAnswer(loaded, rule, { content, result: loaded, limit }, dependencies);
    return { output: await content.shrink(loaded, limit), counted };
  };
}
