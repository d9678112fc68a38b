import { Context } from '@temporalio/activity';
import type { WindowBudgets } from '../budgets/window-budgets';
import type { Amounts } from '../contracts/budget';
import { CadenzaError } from '../contracts/failures';
import type { PinnedModel } from '../contracts/model';
import { providerTaskQueue } from '../contracts/names';
import { NO_AMOUNTS } from '../core/budget/amounts';
import { providerTokens } from '../core/budget/window-budgets';
import type { Gateway, ProviderLimits } from '../gateway/gateway';

/** What a request of a limited provider needs before it may leave. */
export type ProviderTurn = {
  /**
   * @throws CadenzaError `ProviderTurn` whose field is the task queue on which the request is to be sent, `ProviderPaused`
   * where the tokens of this minute are used up, `BudgetUnavailable`; nothing is taken then
   */
  take(id: string, worst: Amounts): Promise<void>;
  /** The request did not leave. */
  giveBack(id: string): void;
  /** What it used; left out, nobody knows. */
  settle(id: string, actual?: Amounts): void;
};

/** The task queue of a provider that is asked so often and no more; undefined where calls run wherever they are. */
export function queueOf(provider: string, { requestsPerMinute, maxConcurrent }: ProviderLimits): string | undefined {
  return requestsPerMinute === undefined && maxConcurrent === undefined ? undefined : providerTaskQueue(provider);
}

/** Activities that have used their turn: each one is let through by the server's rate limit for one request. */
const used = new WeakSet<Context>();

/**
 * The turns of a provider with limits; undefined for one without. The server hands out activities of the provider's queue
 * at its rate, over all Workers: so each of them may send one request, and the next one takes another activity, in which
 * all that was answered comes from the journal.
 */
export function providerTurn(
  { provider }: Pick<PinnedModel, 'provider'>,
  gateway: Pick<Gateway, 'limitsOf'>,
  tokens: WindowBudgets | undefined,
): ProviderTurn | undefined {
  const limits = gateway.limitsOf(provider);
  const queue = queueOf(provider, limits);
  const { requestsPerMinute, tokensPerMinute } = limits;
  if (queue === undefined && tokensPerMinute === undefined) return undefined;
  const activity = Context.current();
  const isPaced = requestsPerMinute !== undefined;
  const giveBack = () => void used.delete(activity);
  return {
    async take(id, worst) {
      const isElsewhere = queue !== undefined && activity.info.taskQueue !== queue;
      if (isElsewhere || (isPaced && used.has(activity))) {
        throw new CadenzaError('ProviderTurn', `provider "${provider}" is asked in turns`, { field: queue });
      }
      // Before any wait: of two requests of one activity one has the turn.
      if (isPaced) used.add(activity);
      try {
        await takeTokens(provider, tokensPerMinute, tokens, id, worst);
      } catch (error) {
        giveBack();
        throw error;
      }
    },
    giveBack(id) {
      giveBack();
      tokens?.settle(tokensId(id), NO_AMOUNTS);
    },
    settle: (id, actual) => tokens?.settle(tokensId(id), actual),
  };
}

/** Holds tokens of this minute. A request that may need more than a whole minute has takes a whole one. */
async function takeTokens(
  provider: string,
  tokensPerMinute: number | undefined,
  tokens: WindowBudgets | undefined,
  id: string,
  worst: Amounts,
): Promise<void> {
  if (tokensPerMinute === undefined || !tokens) return;
  const most = { ...NO_AMOUNTS, tokens: Math.min(worst.tokens, tokensPerMinute) };
  const refusal = await tokens.reserve([providerTokens(provider, tokensPerMinute)], tokensId(id), most);
  if (!refusal) return;
  const retryAfterMs = Math.max(1, refusal.opensAt - Date.now()) + Math.random() * SPREAD_MS;
  throw new CadenzaError('ProviderPaused', `the tokens of this minute of provider "${provider}" are used up`, {
    retryAfterMs,
  });
}

/** Those that wait for the next minute come back over some seconds of it. */
const SPREAD_MS = 3_000;

function tokensId(id: string): string {
  return `${id} tokens`;
}
