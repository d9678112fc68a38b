import type { ProviderAnswer } from '../contracts/model';

/** Whose answers are shared: those of a namespace and tenant, or of one run among them. */
export type CacheScope = { namespace: string; tenant: string; run?: { workflowId: string; firstRunId: string } };

/** One request, whole: its hash covers provider and provider's model id. Samples of one question stay distinct. */
export type CacheKey = CacheScope & { sample: number; requestHash: string };

/** An answer that was kept, or the turn to ask: exactly one of `keep` and `release` ends it. */
export type CacheSlot =
  | { kind: 'hit'; answer: ProviderAnswer }
  | { kind: 'miss'; keep(answer: ProviderAnswer): Promise<void>; release(): Promise<void> };

/**
 * Answers to exactly the same request, for a time. Of those who ask the same at once one gets the turn, and the others
 * wait for what it keeps, or for it to let go. A cache that can not be read or written is one that has nothing: it never
 * fails a call. Rejects with the signal's reason only.
 */
export interface ResponseCache {
  open(key: CacheKey, ttlSeconds: number, signal: AbortSignal): Promise<CacheSlot>;
}
