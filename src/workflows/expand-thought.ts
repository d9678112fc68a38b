import { isCancellation } from '@temporalio/workflow';
import type { ExpandRequest, TreeAnswer } from '../contracts/tree-call';
import { showUsage } from '../core/usage';
import { modelCalls } from './activity-proxies';
import { describeFailure, runFailure } from './run-failure';

/**
 * Generates the thoughts of one node of a tree, whose child this is: its id is that of the tree and the node's number.
 * A branch that fails is an outcome; the run fails only where its activity has ended without one.
 */
export async function expandThought({ call, model }: ExpandRequest): Promise<TreeAnswer<'generate'>> {
  try {
    return await modelCalls({ summary: `thoughts: ${model}` }).callTree(call);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { info, detail } = describeFailure(error);
    throw runFailure(info, detail ? { usage: showUsage({ [call.step]: detail.usage }) } : null);
  }
}
