import { DEFAULT_CONTEXT_TOKENS } from '../../contracts/limits';
import type { PinnedModel } from '../../contracts/model';
import type { Needs } from '../../contracts/route-to-model.schema';

type Facts = Pick<PinnedModel, 'name' | 'provider' | 'capabilities' | 'contextTokens'>;

export type Exclusion = { model: string; lacks: string };

/**
 * The models that can do what is needed, in their order, and what each of the others lacks. This comes before any score:
 * a model that can not see the picture must not win by price. A model without a list of capabilities is taken to give
 * JSON and to see no pictures; one without a context length to have the default one. `textTokens` is what the text itself
 * takes up; built-in models take texts of any length.
 */
export function capableModels<M extends Facts>(
  models: readonly M[],
  needs: Needs = {},
  textTokens = 0,
): { capable: M[]; excluded: Exclusion[] } {
  const capable: M[] = [];
  const excluded: Exclusion[] = [];
  for (const model of models) {
    const lacks = lacking(model, needs, textTokens);
    if (lacks === undefined) capable.push(model);
    else excluded.push({ model: model.name, lacks });
  }
  return { capable, excluded };
}

function lacking(model: Facts, needs: Needs, textTokens: number): string | undefined {
  const can = model.capabilities ?? ['json'];
  if (needs.json === true && !can.includes('json')) return 'json';
  if (needs.vision === true && !can.includes('vision')) return 'vision';
  const context = model.contextTokens ?? DEFAULT_CONTEXT_TOKENS;
  const { contextTokens = 0 } = needs;
  if (contextTokens > context) return `context of ${contextTokens} tokens (has ${context})`;
  if (model.provider === 'builtin' || textTokens <= context) return undefined;
  return `room for the text, about ${textTokens} tokens with the answer (has ${context})`;
}
