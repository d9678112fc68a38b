import type { ScoreOutcome, TreeText } from '../../contracts/tree-call';
import type { Score, ScoreRule } from '../../core/tree/scores';
import { scoreOf, voteScores } from '../../core/tree/scores';
import { nodeScope, voteScope } from '../../core/tree/tree-prompts';
import type { ScopedContent } from '../scoped-content';
import type { TreeContext } from './ask-samples';
import { askRole, countedText } from './ask-samples';
import { failureOf } from './each-node';
import { loadText } from './tree-setup';

/** The score of one node by itself. A sample that was cut, refused or can not be parsed is counted as unparsed. */
export async function rateThought(
  about: TreeText,
  isAnswer: boolean,
  content: ScopedContent,
  context: TreeContext,
): Promise<Score> {
  const { input } = context.setup;
  const { mode, verdicts, samples } = input.evaluate;
  const scope = nodeScope(input, await loadText(about, content));
  const answers = await askRole(isAnswer ? 'judge' : 'evaluate', scope, samples, context);
  const rule: ScoreRule = mode === 'verdict' ? { mode, verdicts: verdicts ?? {} } : { mode: 'number' };
  return scoreOf(answers.map(countedText), rule);
}

/** The shares of votes of nodes that are compared with each other, in one prompt; its samples count once. */
export async function voteOnThoughts(
  about: readonly TreeText[],
  isAnswer: boolean,
  content: ScopedContent,
  context: TreeContext,
): Promise<ScoreOutcome[]> {
  const { input } = context.setup;
  try {
    const texts = await Promise.all(about.map((text) => loadText(text, content)));
    const role = isAnswer ? 'judge' : 'evaluate';
    const answers = await askRole(role, voteScope(input, texts), input.evaluate.samples, context);
    const { scores, unparsed } = voteScores(answers.map(countedText), about.length);
    return about.map(({ node }, index) => ({
      node,
      score: scores[index] ?? null,
      samples: index === 0 ? answers.length : 0,
      unparsed: index === 0 ? unparsed : 0,
    }));
  } catch (error) {
    const failure = failureOf(error);
    return about.map(({ node }) => ({ node, failure }));
  }
}
