import { cancellationSignal } from '@temporalio/activity';
import { CadenzaError } from '../../contracts/failures';
import type { TreeText } from '../../contracts/tree-call';
import { parseVerification } from '../../core/tree/scores';
import { nodeScope } from '../../core/tree/tree-prompts';
import type { ScopedContent } from '../scoped-content';
import type { TreeContext } from './ask-samples';
import { askRole, wholeText } from './ask-samples';
import { loadText } from './tree-setup';

/**
 * Whether a node is a goal, by the input's expression or by its verifier model. A registered function is asked by an
 * activity of its own.
 * @throws CadenzaError `ExpressionFailed`; `ModelOutputInvalid` where the verifier says neither yes nor no
 */
export async function checkGoal(
  about: TreeText,
  content: ScopedContent,
  context: TreeContext,
): Promise<{ goal: boolean }> {
  const { input, models } = context.setup;
  const { isGoal } = input;
  const scope = nodeScope(input, await loadText(about, content));
  if (typeof isGoal === 'string') {
    const { evaluator } = context.dependencies;
    const [outcome] = await evaluator.evaluate([{ expression: isGoal, scope }], cancellationSignal());
    if (outcome && 'value' in outcome) return { goal: outcome.value === true };
    throw new CadenzaError('ExpressionFailed', `isGoal: ${outcome?.problem ?? 'gave no value'}`, { field: 'isGoal' });
  }
  const name = models.goal?.name;
  const goal = parseVerification(wholeText(await askRole('goal', scope, 1, context), name));
  if (goal !== undefined) return { goal };
  throw new CadenzaError('ModelOutputInvalid', `isGoal: the verifier "${name ?? ''}" said neither yes nor no`);
}
