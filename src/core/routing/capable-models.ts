import { DEFAULT_CONTEXT_TOKENS } from '../../contracts/limits';
import type { PinnedModel } from '../../contracts/model';
import type { Needs } from '../../contracts/route-to-model.schema';

export type Exclusion = { model: string; lacks: string };

/**
 * The models that can do what is needed, in their order, and what each of the others lacks. This comes before any score:
 * a model that can not see the picture must not win by price. A model without a list of capabilities is taken to give
 * JSON and to see no pictures; one without a context length to have the default one.
 */
export function capableModels<M extends Pick<PinnedModel, 'name' | 'capabilities' | 'contextTokens'>>(
  models: readonly M[],
  needs: Needs = {},
): { capable: M[]; excluded: Exclusion[] } {
  const capable: M[] = [];
  const excluded: Exclusion[] = [];
  for (const model of models) {
    const lacks = lacking(model, needs);
    if (lacks === undefined) capable.push(model);
    else excluded.push({ model: model.name, lacks });
  }
  return { capable, excluded };
}

function lacking(model: Pick<PinnedModel, 'capabilities' | 'contextTokens'>, needs: Needs): string | undefined {
  const can = model.capabilities ?? ['json'];
  if (needs.json === true && !can.includes('json')) return 'json';
  if (needs.vision === true && !can.includes('vision')) return 'vision';
  const context = model.contextTokens ?? DEFAULT_CONTEXT_TOKENS;
  if (needs.contextTokens === undefined || context >= needs.contextTokens) return undefined;
  return `context of ${needs.contextTokens} tokens (has ${context})`;
}
