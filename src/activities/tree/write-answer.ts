import { CadenzaError } from '../../contracts/failures';
import type { AnswerOutcome, TreeText } from '../../contracts/tree-call';
import { nodeScope } from '../../core/tree/tree-prompts';
import type { ScopedContent } from '../scoped-content';
import type { TreeContext } from './ask-samples';
import { askRole, wholeText } from './ask-samples';
import { PATH_BYTES } from './thought-sizes';
import { loadText } from './tree-setup';

type Written = Omit<Extract<AnswerOutcome, { thought: unknown }>, 'node'>;

/** An answer in words, from the thoughts that lead to a node; a long one is stored. @throws CadenzaError of the call */
export async function writeAnswer(about: TreeText, content: ScopedContent, context: TreeContext): Promise<Written> {
  const { input, models } = context.setup;
  const text = await loadText(about, content);
  const name = models.answer?.name;
  const thought = wholeText(await askRole('answer', nodeScope(input, text), 1, context), name);
  if (thought === '') throw new CadenzaError('ModelOutputInvalid', `model "${name ?? ''}" gave an empty answer`);
  const path = await content.shrink([...text.path, thought], PATH_BYTES);
  return { thought: await content.shrink(thought, PATH_BYTES), ...(Array.isArray(path) ? {} : { path }) };
}
