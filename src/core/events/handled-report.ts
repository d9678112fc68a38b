import type { HandledReport } from '../../contracts/event-messages';

/** True for a report as a handler sends it: what else is signalled under its name is ignored. */
export function isHandledReport(value: unknown): value is HandledReport {
  const { handling, outcome } = (value ?? {}) as Partial<HandledReport>;
  if (typeof handling !== 'string' || typeof outcome !== 'object' || outcome === null) return false;
  const byModel: unknown = outcome.usage?.byModel;
  if (typeof byModel !== 'object' || byModel === null) return false;
  if (!Object.values(byModel).every(isCounts)) return false;
  if (!('error' in outcome)) return 'result' in outcome;
  const { type, message } = (outcome.error ?? {}) as { type?: unknown; message?: unknown };
  return typeof type === 'string' && typeof message === 'string' && message.length <= 10_000;
}

function isCounts(counts: unknown): boolean {
  if (typeof counts !== 'object' || counts === null) return false;
  const { calls, cutCalls, inputTokens, outputTokens, costNanoUsd, journalHits, cacheHits } = counts as Record<
    string,
    unknown
  >;
  return [calls, cutCalls, inputTokens, outputTokens, costNanoUsd, journalHits, cacheHits].every(Number.isFinite);
}
