import { checkInput } from '../../contracts/check-input.schema';
import type { PinnedModel } from '../../contracts/model';
import type { ModelPins } from '../../contracts/model';
import type { InheritedContext } from '../../contracts/step-activity';
import type { TreeModelRole, TreePlan } from '../../contracts/tree-call';
import type { TreeOfThoughtInput } from '../../contracts/tree-of-thought.schema';
import { modelByName, modelForTask } from '../../core/pick-model';
import { checkTree } from '../check-models';
import { refuse } from '../check-runnable';
import type { ActivityDependencies } from '../dependencies';
import { textOf } from '../load-call-input';
import { openPlan } from '../open-plan';
import { checkRegex } from '../prepare-models';
import { THOUGHT_BYTES } from './thought-sizes';
import { storeSetup } from './tree-setup';

/**
 * The local activity that a tree of thoughts starts with, whoever started it: the input checked by the client's own
 * schema, every template, expression, model and handler that it names found, and the models taken by value, before any
 * of them is paid.
 */
export function createPrepareTree(dependencies: ActivityDependencies) {
  return async (given: unknown, inherited?: InheritedContext): Promise<TreePlan> => {
    const checked = checkInput('treeOfThought', given);
    const { tenant, pins, content, shared, storePins } = await openPlan(checked, inherited, dependencies);
    checkTree(checked, '', pins, dependencies);
    if (checked.state && 'regex' in checked.state) await checkRegex(checked.state.regex, 'state.regex', dependencies);
    const problem = textOf(await content.load(checked.problem, 'problem'));
    if (problem.trim() === '') refuse('InvalidInput', 'problem', 'there is nothing in it');
    const input = { ...checked, problem };
    const models = modelsOf(input, pins);
    const names = Object.entries(models).map(([role, { name }]) => [role, name] as const);
    return {
      input: {
        ...withoutTexts(input),
        problem: (await content.shrink(problem, THOUGHT_BYTES)) as TreeOfThoughtInput['problem'],
      },
      tenant,
      pins: await storePins(),
      ...shared,
      setup: await storeSetup({ input, models, pins }, tenant, dependencies),
      models: Object.fromEntries(names),
    };
  };
}

function modelsOf(
  { generate, evaluate, answer, isGoal }: TreeOfThoughtInput,
  pins: ModelPins,
): Partial<Record<TreeModelRole, PinnedModel>> {
  const named = (name: string | undefined) =>
    name === undefined ? modelForTask(pins, 'generation') : modelByName(pins, name);
  return {
    generate: named(generate.model),
    evaluate: named(evaluate.model),
    ...(answer && { answer: named(answer.model) }),
    ...(typeof isGoal === 'object' && 'model' in isGoal && { goal: named(isGoal.model) }),
  };
}

/** What a Workflow decides by: all but the texts of prompts. */
function withoutTexts({ generate, evaluate, answer, isGoal, ...input }: TreeOfThoughtInput): TreeOfThoughtInput {
  const none = { promptTemplate: undefined, system: undefined };
  const verified = typeof isGoal === 'object' && 'model' in isGoal ? { model: isGoal.model } : isGoal;
  return {
    ...input,
    generate: { ...generate, ...none },
    evaluate: { ...evaluate, ...none, answerPromptTemplate: undefined },
    ...(answer && { answer: { ...answer, ...none } }),
    ...(verified !== undefined && { isGoal: verified }),
  };
}
