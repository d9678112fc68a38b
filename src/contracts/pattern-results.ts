import type { BatchResult } from './batch.schema';
import type { CascadeResult } from './cascade.schema';
import type { ChainResult } from './chain.schema';
import type { EnsembleResult } from './ensemble.schema';
import type { JsonValue } from './json';
import type { PipelineResult } from './pipeline.schema';
import type { RouteToModelResult } from './route-to-model.schema';
import type { TreeOfThoughtResult } from './tree-of-thought.schema';

/** The result of each pattern, by its name. */
export type PatternResults = {
  pipeline: PipelineResult;
  routeToModel: RouteToModelResult;
  ensemble: EnsembleResult;
  cascade: CascadeResult;
  chain: ChainResult;
  treeOfThought: TreeOfThoughtResult;
  eventRouter: JsonValue;
  batch: BatchResult;
};
