/** How near the input is to one example of a route (an index into the routes). */
export type ExampleSimilarity = { route: number; similarity: number };

export type SemanticAggregate = 'mean' | 'max' | 'sum';

/** A route with its score; `threshold` is the one that counts for it. */
export type RouteScore = { route: number; score: number; threshold: number };

/**
 * Routes by the examples nearest the input: the `topK` examples over all routes, grouped by route, and of each group the
 * mean (or max, or sum), the best first; of equals the earlier route. The choice is the first whose score reaches its
 * threshold, and there may be none. A threshold of 0 is one like any other: a score below it is refused.
 * Similarities that are no numbers are left out.
 */
export function semanticRoute(
  similarities: readonly ExampleSimilarity[],
  options: {
    topK: number;
    aggregate: SemanticAggregate;
    threshold: number;
    /** By route; undefined is the common one. */
    thresholds?: readonly (number | undefined)[];
  },
): { chosen: RouteScore | undefined; scores: RouteScore[] } {
  const nearest = similarities
    .map((entry, place) => ({ ...entry, place }))
    .filter(({ similarity }) => Number.isFinite(similarity))
    .sort((a, b) => b.similarity - a.similarity || a.route - b.route || a.place - b.place)
    .slice(0, options.topK);
  const byRoute = new Map<number, number[]>();
  for (const { route, similarity } of nearest) byRoute.set(route, [...(byRoute.get(route) ?? []), similarity]);
  const scores = [...byRoute]
    .map(([route, values]) => ({
      route,
      score: aggregated(values, options.aggregate),
      threshold: options.thresholds?.[route] ?? options.threshold,
    }))
    .sort((a, b) => b.score - a.score || a.route - b.route);
  return { chosen: scores.find(({ score, threshold }) => score >= threshold), scores };
}

function aggregated(values: readonly number[], how: SemanticAggregate): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return how === 'max' ? Math.max(...values) : how === 'sum' ? sum : sum / values.length;
}

/**
 * The cosine of two embeddings, summed by index; 0 where one of them is all zeros.
 * @throws RangeError where they have different lengths: they come from different models
 */
export function cosine(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length)
    throw new RangeError(`embeddings of ${a.length} and ${b.length} numbers can not be compared`);
  const direct = quotient(a, b);
  // Numbers whose squares no double holds still point somewhere.
  const angle = Number.isFinite(direct) ? direct : quotient(scaled(a), scaled(b));
  return Number.isFinite(angle) ? angle : 0;
}

function quotient(a: readonly number[], b: readonly number[]): number {
  let product = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (let at = 0; at < a.length; at += 1) {
    const x = a[at] as number;
    const y = b[at] as number;
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  return product / (Math.sqrt(lengthA) * Math.sqrt(lengthB));
}

function scaled(vector: readonly number[]): number[] {
  const most = vector.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return vector.map((value) => value / most);
}
