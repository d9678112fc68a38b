import { stringify } from 'yaml';
import type { Threshold } from '../../contracts/cascade.schema';

/** The stages of a cascade with their thresholds, to paste into its input. */
export function cascadeSnippet(models: readonly string[], thresholds: readonly Threshold[]): string {
  const stages = models.map((model, stage) => {
    const threshold = thresholds[stage];
    return threshold === undefined ? { model } : { model, accept: { score: threshold } };
  });
  return stringify({ stages }, { lineWidth: 0 });
}

/**
 * The selector of a routeToModel with its threshold; without one, the weak model alone. `by` is the classifier that gave the
 * scores, where that is known.
 */
export function routerSnippet(
  models: readonly string[],
  threshold: number,
  by?: { model: string; label: string },
): string {
  const [weak = 'weak', strong = 'strong'] = models;
  if (!Number.isFinite(threshold)) return stringify({ model: weak });
  const score = { strong, weak, threshold, by: by ?? { model: 'MODEL', label: 'LABEL' } };
  const note = by ? '' : '# by: what gave the scores of the file, a classifier or an expression\n';
  return note + stringify({ selector: { score } }, { lineWidth: 0 });
}
