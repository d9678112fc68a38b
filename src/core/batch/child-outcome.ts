import type { Agreement } from '../../contracts/agreement.schema';
import type { ItemOutcome } from '../../contracts/batch-messages';
import type { JsonValue } from '../../contracts/json';
import type { AnsweringPattern } from '../../contracts/names';
import { MAIN_OUTPUT } from '../../contracts/names';
import type { Usage } from '../../contracts/usage';
import { fromShown } from '../usage';

/** What a batch keeps of the result of a pattern: its main output, what it used, and how its members agree. */
export function childOutcome(pattern: AnsweringPattern, result: Record<string, JsonValue>): ItemOutcome {
  const agreement = pattern === 'ensemble' ? result['agreement'] : undefined;
  return {
    output: result[MAIN_OUTPUT[pattern]] ?? null,
    usage: fromShown(result['usage'] as unknown as Usage),
    ...(agreement === undefined ? {} : { agreement: agreement as unknown as Agreement }),
  };
}
