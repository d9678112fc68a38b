/* oxlint-disable typescript/no-require-imports --
   A run instantiates what its Workflow imports. Loaded when it starts, that is its own pattern and not all of them: an
   expansion of a tree needs 6 modules of 150. `import()` would start the Workflow behind its first Signals. */
import type * as BatchFile from './batch';
import type * as BudgetLedgerFile from './budget-ledger';
import type * as CascadeFile from './cascade';
import type * as ChainFile from './chain';
import type * as DefinitionRegistryFile from './definition-registry';
import type * as EnsembleFile from './ensemble';
import type * as EventRouterFile from './event-router';
import type * as ExpandThoughtFile from './expand-thought';
import type * as HandleEventFile from './handle-event';
import type * as PipelineFile from './pipeline';
import type * as RouteToModelFile from './route-to-model';
import type * as TreeOfThoughtFile from './tree-of-thought';

export const batch: typeof BatchFile.batch = (...args) => (require('./batch') as typeof BatchFile).batch(...args);

export const budgetLedger: typeof BudgetLedgerFile.budgetLedger = (...args) =>
  (require('./budget-ledger') as typeof BudgetLedgerFile).budgetLedger(...args);

export const cascade: typeof CascadeFile.cascade = (...args) =>
  (require('./cascade') as typeof CascadeFile).cascade(...args);

export const chain: typeof ChainFile.chain = (...args) => (require('./chain') as typeof ChainFile).chain(...args);

export const definitionRegistry: typeof DefinitionRegistryFile.definitionRegistry = (...args) =>
  (require('./definition-registry') as typeof DefinitionRegistryFile).definitionRegistry(...args);

export const ensemble: typeof EnsembleFile.ensemble = (...args) =>
  (require('./ensemble') as typeof EnsembleFile).ensemble(...args);

export const eventRouter: typeof EventRouterFile.eventRouter = (...args) =>
  (require('./event-router') as typeof EventRouterFile).eventRouter(...args);

export const expandThought: typeof ExpandThoughtFile.expandThought = (...args) =>
  (require('./expand-thought') as typeof ExpandThoughtFile).expandThought(...args);

export const handleEvent: typeof HandleEventFile.handleEvent = (...args) =>
  (require('./handle-event') as typeof HandleEventFile).handleEvent(...args);

export const pipeline: typeof PipelineFile.pipeline = (...args) =>
  (require('./pipeline') as typeof PipelineFile).pipeline(...args);

export const routeToModel: typeof RouteToModelFile.routeToModel = (...args) =>
  (require('./route-to-model') as typeof RouteToModelFile).routeToModel(...args);

export const treeOfThought: typeof TreeOfThoughtFile.treeOfThought = (...args) =>
  (require('./tree-of-thought') as typeof TreeOfThoughtFile).treeOfThought(...args);
