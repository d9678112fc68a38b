import { startChild, workflowInfo } from '@temporalio/workflow';
import type { BatchItem, BatchPlan, ItemOutcome } from '../contracts/batch-messages';
import type { JsonValue } from '../contracts/json';
import { BATCH_PRIORITY } from '../contracts/names';
import { shown } from '../contracts/nearest-name';
import type { InheritedContext } from '../contracts/step-activity';
import { itemPath } from '../core/batch/batch-items';
import { childOutcome } from '../core/batch/child-outcome';
import { runIdentity } from './run-identity';

/** A child that has started. `outcome` rejects where it did not complete. */
export type ItemRun = { outcome(): Promise<ItemOutcome> };

/** The Workflow Id of an item's child; the same in every run of the batch. */
export function itemWorkflowId(item: number): string {
  return `${workflowInfo().workflowId}/${itemPath(item)}`;
}

/**
 * Starts the pattern for one item. It goes on where the batch continues as new, so its calls stand in the journal of the
 * batch's first run. Resolves when it has started.
 */
export async function startItemRun({ item, id, input }: BatchItem, plan: BatchPlan): Promise<ItemRun> {
  const { pattern, tenant, pins, definitions } = plan;
  const inherited: InheritedContext = {
    tenant,
    pins,
    depth: 1,
    journal: runIdentity(plan, undefined),
    stepPrefix: `${itemPath(item)}/`,
    ...(definitions ? { definitions } : {}),
  };
  const child = await startChild<(...args: unknown[]) => Promise<Record<string, JsonValue>>>(pattern, {
    args: [{ ...plan.config, ...input }, inherited],
    workflowId: itemWorkflowId(item),
    parentClosePolicy: 'ABANDON',
    cancellationType: 'TRY_CANCEL',
    staticSummary: id === undefined ? `${itemPath(item)}: ${pattern}` : `${itemPath(item)} (${shown(id)}): ${pattern}`,
    retry: { maximumAttempts: 1 },
    // What somebody waits for goes before it, with all that runs inside it.
    priority: { priorityKey: BATCH_PRIORITY },
  });
  return { outcome: async () => childOutcome(pattern, await child.result()) };
}
