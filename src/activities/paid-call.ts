import { createHash } from 'node:crypto';
import type { PinnedModel, ProviderAnswer, ProviderRequest } from '../contracts/model';
import { isCadenzaError } from '../contracts/failures';
import { costNanoUsd } from '../core/pricing';
import type { Guard } from '../gateway/gateway';
import type { Journal, JournalCost, JournalStep } from '../store/journal';

export type PaidCallOptions = {
  journal: Journal;
  step: JournalStep;
  model: PinnedModel;
  sample: number;
  signal: AbortSignal;
};

/**
 * The guard of every call that could be paid: journal look-up, claim, worst case noted before the request leaves, answer
 * on disk before anyone sees it. The request's hash covers the provider's model id, so a changed model asks again.
 */
export function createPaidCall({ journal, step, model, sample, signal }: PaidCallOptions): Guard {
  return async (request, send, worstCase) => {
    const requestHash = hashRequest(model, request);
    const entry = await journal.open({ ...step, sample, requestHash }, signal);
    if (entry.kind === 'answered') return entry.answer;
    const cost = (inputTokens: number, outputTokens: number): JournalCost => ({
      model: model.name,
      inputTokens,
      outputTokens,
      costNanoUsd: costNanoUsd(model.price, inputTokens, outputTokens),
    });
    let answer: ProviderAnswer;
    try {
      await entry.sending(cost(worstCase.inputTokens, worstCase.outputTokens));
      answer = await send(request, { signal, idempotencyKey: idempotencyKey(step, sample, requestHash) });
    } catch (error) {
      // The call's own failure is what is told, also where the journal fails after it.
      await entry.failed(wasRefused(error) ? 'refused' : 'unknown').catch(() => undefined);
      throw error;
    }
    return entry.answered(answer, cost(answer.tokens.inputTokens, answer.tokens.outputTokens));
  };
}

/** Failures with which a provider says that it did no work. All others may have been charged. */
function wasRefused(error: unknown): boolean {
  const uncertain = ['ProviderUnreachable', 'ModelTimeout', 'ModelAnswerUnreadable'];
  return isCadenzaError(error) && !uncertain.includes(error.type);
}

function hashRequest(model: PinnedModel, request: ProviderRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([model.provider, model.model, request]))
    .digest('hex');
}

function idempotencyKey(step: JournalStep, sample: number, requestHash: string): string {
  const parts = [step.namespace, step.workflowId, step.firstRunId, step.step, sample, requestHash];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
