import { cancellationSignal } from '@temporalio/activity';
import type { FailureInfo } from '../../contracts/failures';
import { CadenzaError } from '../../contracts/failures';
import type { RunIdentity } from '../../contracts/step-activity';
import type { TreeAnswer, TreeCall, TreeOutcomes, TreeQuestion } from '../../contracts/tree-call';
import { scopeOfField } from '../../core/budget/describe-refusal';
import type { ActivityDependencies } from '../dependencies';
import { startHeartbeat } from '../heartbeat';
import type { ScopedContent } from '../scoped-content';
import { stepFacts } from '../step-facts';
import { toApplicationFailure } from '../to-application-failure';
import type { TreeContext } from './ask-samples';
import { checkGoal } from './check-goal';
import { eachNode } from './each-node';
import { rateThought, voteOnThoughts } from './evaluate-thoughts';
import { generateThoughts } from './generate-thoughts';
import { loadSetup } from './tree-setup';
import { writeAnswer } from './write-answer';

type Work<Q extends TreeQuestion> = (
  call: TreeCall<Q>,
  content: ScopedContent,
  context: TreeContext,
) => Promise<TreeOutcomes[Q][]>;

const WORK: { [Q in TreeQuestion]: Work<Q> } = {
  generate: ({ about }, content, context) => eachNode(about, (text) => generateThoughts(text, content, context)),
  rate: ({ about, answers }, content, context) =>
    eachNode(about, (text) => rateThought(text, answers === true, content, context)),
  vote: ({ about, answers }, content, context) => voteOnThoughts(about, answers === true, content, context),
  check: ({ about }, content, context) => eachNode(about, (text) => checkGoal(text, content, context)),
  answer: ({ about }, content, context) => eachNode(about, (text) => writeAnswer(text, content, context)),
};

/**
 * What a tree asks a model about some of its nodes, behind the journal: texts are loaded, prompts filled and answers
 * parsed here, so that the Workflow sees references and small facts. Usage is that of all attempts, also on failure.
 */
export function createCallTree(dependencies: ActivityDependencies) {
  return async <Q extends TreeQuestion>(call: TreeCall<Q>): Promise<TreeAnswer<Q>> => {
    const { run, step } = call;
    const facts = () => stepFacts({ run, step }, dependencies);
    const stopHeartbeat = startHeartbeat();
    try {
      const { setup, content } = await loadSetup(call.setup, run.tenant, dependencies);
      const work: Work<Q> = WORK[call.question];
      const outcomes = await work(call, content, { run, step, setup, dependencies });
      outcomes.forEach((outcome) => throwIfAsked(outcome, run));
      return { outcomes, ...(await facts()) };
    } catch (error) {
      cancellationSignal().throwIfAborted();
      const detail = await facts();
      throw toApplicationFailure(error, { ...detail, models: [] });
    } finally {
      stopHeartbeat();
    }
  };
}

/** What a budget that asks at its cap had no room for is asked again as a whole; what was answered is in the journal. */
function throwIfAsked(outcome: object, { budgets }: RunIdentity): void {
  if (!('failure' in outcome)) return;
  const { type, message, field } = outcome.failure as FailureInfo;
  const scope = type === 'BudgetExceeded' ? scopeOfField(field) : undefined;
  if (!budgets?.some((one) => one.scope === scope && one.atCap === 'ask')) return;
  throw new CadenzaError(type, message, { field });
}
