import { CadenzaError } from '../../contracts/failures';
import { itemName } from './batch-items';
import type { BatchState } from './batch-state';

/** The failure of a batch of which no item completed: how many failed of what, and the first of them. */
export function allItemsFailed({ plan, failures, firstFailures }: BatchState): CadenzaError {
  const counts = Object.entries(failures)
    .sort(([, a], [, b]) => b - a)
    .map(([type, count]) => `${count} ${type}`);
  const [first] = firstFailures;
  const told = first ? `; first, ${first.id ?? itemName(first.item)}: ${first.error.message}` : '';
  return new CadenzaError('AllItemsFailed', `every one of ${plan.items} items failed: ${counts.join(', ')}${told}`);
}
