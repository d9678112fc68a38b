import type { RunProgress, StepProgress } from '../../client';
import type { ShownUsage, Usage } from '../../contracts/usage';

/*
 * What a run tells of itself is checked before it is shown. A Workflow of somebody else may go by the name of a pattern
 * and answer anything; its page says less then, and that of no other run is the worse for it.
 */

const COUNTS = ['calls', 'cutCalls', 'inputTokens', 'outputTokens', 'costUsd', 'journalHits', 'cacheHits'] as const;

/** More steps than any pipeline may have: of more, the first are shown. */
const MOST_STEPS = 5_000;

/** Usage as results show it; undefined for what is something else. */
export function toldUsage(value: unknown): Usage | undefined {
  const counts = toldCounts(value);
  const { byModel, byStep } = (value ?? {}) as Record<string, unknown>;
  return counts && isRecord(byModel) && isRecord(byStep)
    ? { ...counts, byModel: eachCounts(byModel), byStep: eachCounts(byStep) }
    : undefined;
}

/** An answer of the `progress` query with the steps and the usage of it that can be shown; undefined for anything else. */
export function toldProgress(value: unknown): RunProgress | undefined {
  if (!isRecord(value) || !Array.isArray(value['steps'])) return undefined;
  const usage = toldUsage(value['usage']);
  if (!usage) return undefined;
  const { definition, ...progress } = value;
  return {
    ...(progress as unknown as RunProgress),
    ...textOf('definition', definition),
    steps: value['steps'].slice(0, MOST_STEPS).flatMap(toldStep),
    usage,
  };
}

/** One step, or nothing. Fields of another type are left out. */
export function toldStep(value: unknown): StepProgress[] {
  if (!isRecord(value) || typeof value['name'] !== 'string' || typeof value['status'] !== 'string') return [];
  const { name, status, models, error } = value;
  const usage = toldCounts(value['usage']);
  return [
    {
      name,
      status: status as StepProgress['status'],
      ...textOf('handler', value['handler']),
      ...textOf('startedAt', value['startedAt']),
      ...textOf('reason', value['reason']),
      ...textOf('note', value['note']),
      ...numberOf('durationSeconds', value['durationSeconds']),
      ...numberOf('attempts', value['attempts']),
      ...(Array.isArray(models) ? { models: models.filter((model) => typeof model === 'string') } : {}),
      ...(usage ? { usage } : {}),
      ...(isRecord(error) ? { error: { type: String(error['type']), message: String(error['message']) } } : {}),
    } as StepProgress,
  ];
}

function toldCounts(value: unknown): ShownUsage | undefined {
  if (!isRecord(value)) return undefined;
  const counts = COUNTS.map((name) => [name, value[name] ?? 0] as const);
  if (!counts.every(([, count]) => isNumber(count))) return undefined;
  return { ...(Object.fromEntries(counts) as ShownUsage), ...numberOf('unpricedCalls', value['unpricedCalls']) };
}

function eachCounts(parts: Record<string, unknown>): Record<string, ShownUsage> {
  const told = Object.entries(parts).map(([name, part]) => [name, toldCounts(part)] as const);
  return Object.fromEntries(told.filter((part): part is [string, ShownUsage] => part[1] !== undefined));
}

function textOf<N extends string>(name: N, value: unknown): Partial<Record<N, string>> {
  return (typeof value === 'string' ? { [name]: value } : {}) as Partial<Record<N, string>>;
}

function numberOf<N extends string>(name: N, value: unknown): Partial<Record<N, number>> {
  return (isNumber(value) ? { [name]: value } : {}) as Partial<Record<N, number>>;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
