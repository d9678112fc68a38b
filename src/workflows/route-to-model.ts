import type { GivenInput } from '../contracts/check-input.schema';
import type { RouteToModelResult } from '../contracts/route-to-model.schema';
import type { InheritedContext } from '../contracts/step-activity';
import { RouteRun } from './route-run';
import { servePattern } from './serve-pattern';

/**
 * One task for the model that fits it: chosen by name, by a selector or by the registry, asked, and where it is
 * unavailable replaced by the next in order. The result says which answered and why. Fails with `NoRoute`, or with the
 * last model's failure.
 */
export function routeToModel(
  input: GivenInput<'routeToModel'>,
  inherited?: InheritedContext,
): Promise<RouteToModelResult> {
  return servePattern(new RouteRun(input, inherited));
}
