import { createHash } from 'node:crypto';
import { log } from '@temporalio/activity';
import type { Amounts } from '../contracts/budget';
import type { PinnedModel, ProviderAnswer, ProviderRequest } from '../contracts/model';
import { isCadenzaError } from '../contracts/failures';
import { amountsOf, NO_AMOUNTS } from '../core/budget/amounts';
import { costNanoUsd } from '../core/pricing';
import type { Guard } from '../gateway/gateway';
import type { Claim, Journal, JournalCost, JournalStep } from '../store/journal';
import type { BudgetHold } from './budget-hold';
import type { ProviderTurn } from './provider-turn';

export type PaidCallOptions = {
  journal: Journal;
  step: JournalStep;
  model: PinnedModel;
  sample: number;
  signal: AbortSignal;
  /** Where the run has a budget. */
  hold?: BudgetHold | undefined;
  /** Where the provider is asked so often a minute and no more. */
  turn?: ProviderTurn | undefined;
};

/**
 * The guard of every call that could be paid: journal look-up, claim, leave of the provider, worst case reserved and noted before
 * the request leaves, answer on disk before anyone sees it, then settled. The request's hash covers the provider's model id, so a
 * changed model asks again.
 */
export function createPaidCall({ journal, step, model, sample, signal, hold, turn }: PaidCallOptions): Guard {
  return async (request, send, worstCase, admit) => {
    const requestHash = hashRequest(model, request);
    const entry = await journal.open({ ...step, sample, requestHash }, signal);
    if (entry.kind === 'answered') {
      // The Worker that was answered may have died before it said so to the ledger.
      await hold?.settle(entry.id, amountsIn(entry.answer, entry.cost));
      return entry.answer;
    }
    const cost = (inputTokens: number, outputTokens: number): JournalCost => ({
      model: model.name,
      inputTokens,
      outputTokens,
      costNanoUsd: costNanoUsd(model.price, inputTokens, outputTokens),
      ...(model.price ? {} : { unpriced: true as const }),
    });
    const worst = cost(worstCase.inputTokens, worstCase.outputTokens);
    await unlessRefused(entry, async () => {
      await turn?.take(entry.id, amountsOf(worst));
      try {
        await admit();
        await hold?.reserve({ id: entry.id, key: `${step.step}#${entry.name}`, worst: amountsOf(worst) });
      } catch (error) {
        turn?.giveBack(entry.id);
        throw error;
      }
    });
    let sent = false;
    let answer: ProviderAnswer;
    try {
      await entry.sending(worst);
      sent = true;
      const timeoutMs = hold?.timeLeft();
      answer = await send(request, {
        signal,
        idempotencyKey: idempotencyKey(step, sample, requestHash),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
    } catch (error) {
      const refused = wasRefused(error);
      // The call's own failure is what is told, also where the journal or the ledger fails after it.
      await entry.failed(refused ? 'refused' : 'unknown').catch(() => undefined);
      await settleFailed(hold, entry.id, { sent, refused }).catch(() => undefined);
      turn?.settle(entry.id, refused ? NO_AMOUNTS : undefined);
      hold?.checkTime();
      throw error;
    }
    const actual = cost(answer.tokens.inputTokens, answer.tokens.outputTokens);
    const { answer: counted, problem } = await entry.answered(answer, actual);
    if (problem !== undefined) {
      log.warn('an answer could not be journalled: it is paid again if its activity does not end', {
        step: step.step,
        model: model.name,
        problem,
      });
    }
    // Left unsettled it counts at its worst case; it is no reason to lose an answer.
    await hold?.settle(entry.id, amountsIn(answer, actual)).catch(() => undefined);
    turn?.settle(entry.id, amountsIn(answer, actual));
    return counted;
  };
}

/** What an answer cost; nothing where its provider did not say, since a guess may be less than what is charged. */
function amountsIn({ tokens }: ProviderAnswer, cost: JournalCost): Amounts | undefined {
  return tokens.estimated ? undefined : amountsOf(cost);
}

/** A call that may not leave gives its claim back: nothing was sent. */
async function unlessRefused(entry: Claim, ask: () => Promise<void>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    await entry.failed('refused').catch(() => undefined);
    throw error;
  }
}

/** What was refused has cost nothing but a call; what was sent and not answered, nobody knows. */
async function settleFailed(
  hold: BudgetHold | undefined,
  id: string,
  { sent, refused }: { sent: boolean; refused: boolean },
): Promise<void> {
  if (!sent) await hold?.settle(id, NO_AMOUNTS);
  else await hold?.settle(id, refused ? { ...NO_AMOUNTS, calls: 1 } : undefined);
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
