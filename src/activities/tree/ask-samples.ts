import { cancellationSignal } from '@temporalio/activity';
import type { JsonValue } from '../../contracts/json';
import { CadenzaError } from '../../contracts/failures';
import type { CallSettings, PinnedModel, SampledText } from '../../contracts/model';
import type { RunIdentity } from '../../contracts/step-activity';
import type { TreeModelRole } from '../../contracts/tree-call';
import { fillTemplate } from '../../core/prompts/template';
import { visibleText } from '../../core/prompts/visible-text';
import type { TreeRole } from '../../core/tree/tree-prompts';
import { promptOf } from '../../core/tree/tree-prompts';
import type { ActivityDependencies } from '../dependencies';
import { firstAnswer } from '../ask-in-order';
import { guardOf } from '../ask-paid';
import type { TreeSetup } from './tree-setup';

/** Where the calls of an activity are journalled, and what they are made from. */
export type TreeContext = {
  run: RunIdentity;
  step: string;
  setup: TreeSetup;
  dependencies: ActivityDependencies;
};

/** The model's role behind each prompt's: answers are judged by the model that evaluates. */
const MODEL_ROLE: Record<TreeRole, TreeModelRole> = {
  generate: 'generate',
  evaluate: 'evaluate',
  judge: 'evaluate',
  answer: 'answer',
  goal: 'goal',
};

/** Samples of the model's answer to a role's prompt, as the model gave them, each request behind the journal. */
export function askRole(
  role: TreeRole,
  scope: Readonly<Record<string, JsonValue>>,
  samples: number,
  context: TreeContext,
): Promise<SampledText[]> {
  const { input } = context.setup;
  const { template, field } = promptOf(role, input);
  return askPrompt(role, fillTemplate(template, scope, field), samples, context);
}

/** As {@link askRole}, with a prompt that is filled already. */
export async function askPrompt(
  role: TreeRole,
  text: string,
  samples: number,
  { run, step, setup, dependencies }: TreeContext,
): Promise<SampledText[]> {
  const { input, pins } = setup;
  const modelRole = MODEL_ROLE[role];
  const model = setup.models[modelRole];
  if (!model) throw new CadenzaError('Internal', `the tree has no model for the role ${modelRole}`);
  const { system, ...settings } = settingsOf(modelRole, setup);
  const filled = system === undefined ? undefined : fillTemplate(system, { problem: problemOf(input) }, 'system');
  const prompt = { text, ...(filled === undefined ? {} : { system: filled }) };
  const ask = (asked: PinnedModel) => {
    const guard = (sample: number) => guardOf({ run, step, model: asked, sample }, dependencies);
    const options = { model: asked, signal: cancellationSignal(), samples, settings, guard };
    return dependencies.gateway.sample(prompt, options);
  };
  const question = { run, step, pins, model, sample: 0 };
  const { answer } = await firstAnswer('generation', prompt, question, ask, dependencies);
  return answer;
}

function settingsOf(role: TreeModelRole, { input }: TreeSetup): CallSettings & { system?: string | undefined } {
  // A verifier has no settings of its own.
  const settings = role === 'goal' ? undefined : input[role];
  if (!settings) return { temperature: 0 };
  const { temperature, maxOutputTokens, system } = settings;
  return { temperature, maxOutputTokens, system };
}

function problemOf({ problem }: TreeSetup['input']): JsonValue {
  return problem;
}

/** What counts of a sample: nothing of one that was cut, refused or left out. */
export function countedText({ text, finishReason }: SampledText): string {
  return finishReason === 'length' || finishReason === 'refusal' ? '' : visibleText(text);
}

/** The one text that was asked for. @throws CadenzaError `ModelOutputTruncated`, `ModelRefused` */
export function wholeText([sample]: readonly SampledText[], model: string | undefined): string {
  const name = model ?? '';
  if (sample?.finishReason === 'refusal') throw new CadenzaError('ModelRefused', `model "${name}" declined to answer`);
  if (sample?.finishReason === 'length') {
    const message = `the answer of model "${name}" was cut at its limit (maxOutputTokens)`;
    throw new CadenzaError('ModelOutputTruncated', message);
  }
  return sample ? visibleText(sample.text) : '';
}
