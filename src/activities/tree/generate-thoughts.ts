import { cancellationSignal } from '@temporalio/activity';
import { CadenzaError } from '../../contracts/failures';
import type { SampledText } from '../../contracts/model';
import type { NewThought, TreeText } from '../../contracts/tree-call';
import type { ThoughtsOutcome } from '../../contracts/tree-call';
import type { ParsedThoughts } from '../../core/tree/parse-thoughts';
import { parseProposals, parseSamples } from '../../core/tree/parse-thoughts';
import { stateOfThought } from '../../core/tree/thought-state';
import { nodeScope } from '../../core/tree/tree-prompts';
import { shortKey } from '../count-answer';
import type { ScopedContent } from '../scoped-content';
import type { TreeContext } from './ask-samples';
import { askRole, countedText, wholeText } from './ask-samples';
import { PATH_BYTES, THOUGHT_BYTES } from './thought-sizes';
import { loadText } from './tree-setup';

type Generated = Omit<Extract<ThoughtsOutcome, { thoughts: unknown }>, 'node'>;
type Placed = { thought: string; state: string; stateKey: string };

/**
 * The thoughts of one node that are worth paying for, each with its state, small. Thoughts that say nothing, repeat
 * another or have no state are counted and dropped.
 * @throws CadenzaError of the call; `ModelOutputTruncated` or `ModelRefused` where no answer counts
 */
export async function generateThoughts(
  about: TreeText,
  content: ScopedContent,
  context: TreeContext,
): Promise<Generated> {
  const { input, models } = context.setup;
  const text = await loadText(about, content);
  const samples = input.generate.mode === 'sample' ? input.numBranches : 1;
  const answers = await askRole('generate', nodeScope(input, text), samples, context);
  const { thoughts, dropped } = parsed(answers, context, models.generate?.name);
  const placed = await placeThoughts(text.path, thoughts, context);
  const ready = await readyThoughts(text.path, placed, context);
  const kept = placed.map(async (one, index): Promise<NewThought> => {
    const path = await content.shrink([...text.path, one.thought], PATH_BYTES);
    return {
      thought: await content.shrink(one.thought, THOUGHT_BYTES),
      state: await content.shrink(one.state, THOUGHT_BYTES),
      stateKey: shortKey(one.stateKey),
      ...(Array.isArray(path) ? {} : { path }),
      ...(ready[index] ? { ready: true } : {}),
    };
  });
  return { thoughts: await Promise.all(kept), dropped: { ...dropped, no_state: thoughts.length - placed.length } };
}

function parsed(answers: readonly SampledText[], { setup }: TreeContext, model: string | undefined): ParsedThoughts {
  const { generate, numBranches } = setup.input;
  if (generate.mode === 'propose') return parseProposals(wholeText(answers, model), numBranches);
  const texts = answers.map(countedText);
  // Samples that were cut or refused are as good as empty, unless there is nothing else.
  if (texts.every((text) => text === '')) wholeText(answers, model);
  return parseSamples(texts, numBranches);
}

/** The thoughts that have a state, with it. */
async function placeThoughts(
  path: readonly string[],
  thoughts: readonly string[],
  { setup, dependencies }: TreeContext,
): Promise<Placed[]> {
  const { state: rule } = setup.input;
  const jobs = rule && 'regex' in rule ? thoughts.map((text) => ({ regex: rule.regex, text })) : [];
  const found = await dependencies.evaluator.evaluate(jobs, cancellationSignal());
  return thoughts.flatMap((thought, index) => {
    const groups = () => {
      const outcome = found[index];
      if (outcome && 'value' in outcome) return (outcome.value as (string | null)[][])[0] ?? null;
      throw new CadenzaError('ExpressionFailed', `state.regex: ${outcome?.problem ?? 'gave nothing'}`, {
        field: 'state.regex',
      });
    };
    const placed = stateOfThought(path, thought, rule, groups);
    return placed ? [{ thought, ...placed }] : [];
  });
}

/** For which thoughts an answer may be written. @throws CadenzaError `ExpressionFailed`, `ExpressionLimit` */
async function readyThoughts(
  path: readonly string[],
  placed: readonly Placed[],
  { setup, dependencies }: TreeContext,
): Promise<boolean[]> {
  const { input } = setup;
  const when = input.answer?.when;
  if (when === undefined) return [];
  const jobs = placed.map(({ thought, state }) => ({
    expression: when,
    scope: nodeScope(input, { path: [...path, thought], state }),
  }));
  const outcomes = await dependencies.evaluator.evaluate(jobs, cancellationSignal());
  return outcomes.map((outcome) => {
    if ('value' in outcome) return outcome.value === true;
    throw new CadenzaError('ExpressionFailed', `answer.when: ${outcome.problem}`, { field: 'answer.when' });
  });
}
