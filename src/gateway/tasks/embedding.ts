import { CadenzaError } from '../../contracts/failures';
import type { EmbeddingResult, TaskInput } from '../../contracts/model';
import type { TaskContext } from './ask';

/** The vector of a text. */
export async function embedding({ text }: TaskInput, { ask, model }: TaskContext): Promise<EmbeddingResult> {
  const answer = await ask({ kind: 'embedding', text });
  if (answer.kind === 'embedding') return { dimensions: answer.embedding.length, embedding: answer.embedding };
  throw new CadenzaError('Internal', `model "${model}" gave a text for an embedding request`);
}
