import { DEFAULT_CONTEXT_TOKENS, DEFAULT_MAX_OUTPUT_TOKENS } from '../contracts/limits';
import type { PinnedModel } from '../contracts/model';
import type { ModelTask } from '../contracts/names';

/** English has about four bytes to a token, most other scripts three: three errs on the safe side for prose. */
export const BYTES_PER_TOKEN = 3;

/** Tokens left for the instructions of a task when a text is cut to fit. */
const INSTRUCTION_TOKENS = 1_000;

/** About the tokens that a text of so many bytes needs with its answer: what has fewer is sure to refuse it. */
export function tokensFor(task: ModelTask, textBytes: number): number {
  return Math.ceil(textBytes / BYTES_PER_TOKEN) + (task === 'embedding' ? 0 : DEFAULT_MAX_OUTPUT_TOKENS);
}

/** UTF-8 bytes of text that a model can take beside a task's instructions and the answer. */
export function roomFor(
  model: Pick<PinnedModel, 'contextTokens'>,
  maxOutputTokens: number = DEFAULT_MAX_OUTPUT_TOKENS,
): number {
  const tokens = (model.contextTokens ?? DEFAULT_CONTEXT_TOKENS) - maxOutputTokens - INSTRUCTION_TOKENS;
  return Math.max(0, tokens * BYTES_PER_TOKEN);
}
