import type { CallUsage } from '../contracts/usage';
import { addUsage, NO_USAGE } from '../core/usage';
import type { JournalCost } from './journal';

/**
 * What became of a request. `sent` without an end is a call that was cut; `replayed` is an answer read again, `cached` one
 * that the response cache had. */
export type AttemptLine =
  | { state: 'sent'; id: string; worstCase: JournalCost }
  | { state: 'refused' | 'unknown'; id: string }
  | { state: 'answered'; id: string; cost: JournalCost }
  | { state: 'replayed' | 'cached'; model: string };

function unpriced({ unpriced }: JournalCost): { unpricedCalls?: 1 } {
  return unpriced ? { unpricedCalls: 1 } : {};
}

/**
 * What the attempts of a step have used: answered calls at their price, refused ones as calls without cost, and calls
 * whose end never came, or came as `unknown`, at their worst case and counted apart as cut.
 */
export function usageOfAttempts(lines: readonly AttemptLine[]): CallUsage {
  const ends = new Map(lines.flatMap((line) => ('id' in line && line.state !== 'sent' ? [[line.id, line]] : [])));
  return addUsage(
    ...lines.map((line): CallUsage => {
      if (line.state === 'replayed') return { byModel: { [line.model]: { ...NO_USAGE, journalHits: 1 } } };
      if (line.state === 'cached') return { byModel: { [line.model]: { ...NO_USAGE, cacheHits: 1 } } };
      if (line.state !== 'sent') return { byModel: {} };
      const end = ends.get(line.id);
      const sent = { ...NO_USAGE, calls: 1 };
      if (end?.state === 'answered') {
        const { model, inputTokens, outputTokens, costNanoUsd } = end.cost;
        return { byModel: { [model]: { ...sent, ...unpriced(end.cost), inputTokens, outputTokens, costNanoUsd } } };
      }
      const { model, costNanoUsd } = line.worstCase;
      const cut = { ...sent, ...unpriced(line.worstCase), cutCalls: 1, costNanoUsd };
      return {
        byModel: { [model]: end?.state === 'refused' ? sent : cut },
      };
    }),
  );
}
