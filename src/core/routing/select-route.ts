import type { RouteDecision, Selector } from '../../contracts/route-to-model.schema';
import type { ExampleSimilarity } from './semantic-route';
import { semanticRoute } from './semantic-route';

/** What a selector found. Without `model` it chose nothing. */
export type Selection = Pick<RouteDecision, 'by' | 'scores'> & { model?: string; route?: string; threshold?: number };

type Selectors = Exclude<Selector, unknown[]>;
type Of<K extends string> = Extract<Selectors, Record<K, unknown>>[K & keyof Extract<Selectors, Record<K, unknown>>];
export type Rules = Extract<Selector, unknown[]>;
export type SemanticSelector = Of<'semantic'>;
export type ClassifierSelector = Of<'classifier'>;
export type ScoreSelector = Of<'score'>;

/** Names of the models that can do what is needed; the others are not considered by any selector. */
export type Capable = ReadonlySet<string>;

/** The first rule that holds, of those whose model can do it. `outcomes` are what the expressions gave, by index. */
export function selectByRules(rules: Rules, outcomes: readonly (boolean | undefined)[], capable: Capable): Selection {
  const at = rules.findIndex(({ model }, index) => outcomes[index] === true && capable.has(model));
  const rule = rules[at];
  return rule ? { by: 'rule', model: rule.model, route: `rule ${at}`, scores: [] } : { by: 'rule', scores: [] };
}

/** The route whose examples are nearest; routes to models that can not do it have no examples in the race. */
export function selectBySimilarity(
  selector: SemanticSelector,
  similarities: readonly ExampleSimilarity[],
  capable: Capable,
): Selection {
  const { routes, topK, aggregate, threshold } = selector;
  const able = similarities.filter(({ route }) => capable.has(routes[route]?.model ?? ''));
  const thresholds = routes.map((route) => route.threshold);
  const { chosen, scores } = semanticRoute(able, { topK, aggregate, threshold, thresholds });
  const named = (index: number) => ({
    route: routes[index]?.name ?? `route ${index}`,
    model: routes[index]?.model ?? '',
  });
  return {
    by: 'semantic',
    ...(chosen && named(chosen.route)),
    scores: scores.map(({ route, score }) => ({ ...named(route), score })),
    threshold: chosen?.threshold ?? scores[0]?.threshold ?? threshold,
  };
}

/** The route of the predicted label, where its score reaches `minScore`, it has a route and that model can do it. */
export function selectByLabel(
  selector: ClassifierSelector,
  result: { prediction: string; score: number; scores: Readonly<Record<string, number>> },
  capable: Capable,
): Selection {
  const { routes, minScore } = selector;
  const modelOf = (label: string) => (Object.hasOwn(routes, label) ? routes[label] : undefined);
  const scores = Object.entries(result.scores)
    .flatMap(([route, score]) => {
      const model = modelOf(route);
      return model !== undefined && capable.has(model) ? [{ route, model, score }] : [];
    })
    .sort((a, b) => b.score - a.score);
  const model = modelOf(result.prediction);
  const reached = result.score >= minScore && model !== undefined && capable.has(model);
  return { by: 'classifier', ...(reached && { model, route: result.prediction }), scores, threshold: minScore };
}

/**
 * The strong model where the score reaches the threshold (RouteLLM, Ong et al. 2024), and where there is no score: what
 * could not be judged gets the better model. Where one of the two can not do it, the other answers.
 */
export function selectByScore(selector: ScoreSelector, score: number | undefined, capable: Capable): Selection {
  const { strong, weak, threshold } = selector;
  const known = score !== undefined && Number.isFinite(score);
  const wanted = !known || score >= threshold ? ('strong' as const) : ('weak' as const);
  const model = { strong, weak }[wanted];
  const other = { strong: weak, weak: strong }[wanted];
  const chosen = [model, other].find((name) => capable.has(name));
  return {
    by: 'score',
    ...(chosen !== undefined && { model: chosen, route: chosen === strong ? 'strong' : 'weak' }),
    scores: known ? [{ route: wanted, model, score }] : [],
    threshold,
  };
}
