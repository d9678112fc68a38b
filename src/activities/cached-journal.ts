import type { PinnedModel, ProviderAnswer, ProviderRequest } from '../contracts/model';
import type { CacheSlot, ResponseCache } from '../store/response-cache';
import type { Answered, Claim, Journal, JournalKey } from '../store/journal';

/** What is asked, of whom, and for which tenant. */
export type CachedRequest = { model: PinnedModel; tenant: string; request: ProviderRequest };

/**
 * The journal with the response cache behind it: a request that neither knows is claimed in both, one that only the cache
 * knows is journalled as an answer without cost. So a hit needs no budget, no permit and no provider, and a replay of it
 * stays the same when the cache has forgotten it. The journal itself where the model has no cache.
 */
export function cachedJournal(journal: Journal, cache: ResponseCache, asked: CachedRequest): Journal {
  const { model, tenant, request } = asked;
  const settings = model.cache;
  if (!settings || !(settings.sampled || isSettled(request))) return journal;
  const open = ({ namespace, workflowId, firstRunId, sample, requestHash }: JournalKey, signal: AbortSignal) => {
    const run = settings.shared === 'run' ? { run: { workflowId, firstRunId } } : {};
    return cache.open({ namespace, tenant, ...run, sample, requestHash }, settings.ttlSeconds, signal);
  };
  return {
    async open(key, signal) {
      const entry = await journal.open(key, signal);
      if (entry.kind === 'answered') return entry;
      const slot = await open(key, signal).catch(async (error: unknown) => {
        await entry.failed('refused').catch(() => undefined);
        throw error;
      });
      return slot.kind === 'hit' ? fromCache(entry, model.name, slot.answer) : throughCache(entry, slot);
    },
    tries: (step, question) => journal.tries(step, question),
    noteTry: (step, question, failed) => journal.noteTry(step, question, failed),
    usage: (step) => journal.usage(step),
  };
}

async function fromCache(entry: Claim, model: string, kept: ProviderAnswer): Promise<Answered> {
  const cost = { model, inputTokens: 0, outputTokens: 0, costNanoUsd: 0, fromCache: true } as const;
  const { answer } = await entry.answered(kept, cost);
  return { kind: 'answered', id: entry.id, cost, answer };
}

function throughCache(entry: Claim, slot: Extract<CacheSlot, { kind: 'miss' }>): Claim {
  return {
    ...entry,
    async answered(answer, cost) {
      try {
        const counted = await entry.answered(answer, cost);
        if (isWorthKeeping(counted.answer)) await slot.keep(counted.answer);
        return counted;
      } finally {
        await slot.release();
      }
    },
    async failed(outcome) {
      try {
        await entry.failed(outcome);
      } finally {
        await slot.release();
      }
    },
  };
}

/** A request that has one answer: what is drawn by chance is not to be the same each time. */
function isSettled(request: ProviderRequest): boolean {
  return request.kind === 'embedding' || (request.temperature === 0 && (request.samples ?? 1) === 1);
}

/** An answer that was cut, refused or empty is asked for anew. */
function isWorthKeeping(answer: ProviderAnswer): boolean {
  if (answer.kind === 'embedding') return answer.embedding.length > 0;
  return [answer, ...(answer.more ?? [])].every(({ text, finishReason }) => finishReason === 'stop' && text !== '');
}
