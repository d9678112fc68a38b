import { isCancellation } from '@temporalio/workflow';
import type { ExpandRequest, TreeAnswer, TreeCall } from '../contracts/tree-call';
import { showUsage } from '../core/usage';
import { modelCalls } from './activity-proxies';
import { describeFailure, runFailure } from './run-failure';

/**
 * Generates the thoughts of one node of a tree, whose child this is: its id is that of the tree and the node's number.
 * A branch that fails is an outcome; the run fails only where its activity has ended without one.
 */
export async function expandThought(request: ExpandRequest): Promise<TreeAnswer<'generate'>> {
  const { call, model, taskQueue } = checked(request);
  try {
    return await modelCalls({ summary: `thoughts: ${model}`, taskQueue }).callTree(call);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { info, detail } = describeFailure(error);
    throw runFailure(info, detail ? { usage: showUsage({ [call.step]: detail.usage }) } : null);
  }
}

/** Anyone can start a workflow. @throws ApplicationFailure `InvalidInput` for what no tree sends */
function checked(request: unknown): ExpandRequest {
  const { call, model, taskQueue } = (request ?? {}) as Partial<ExpandRequest>;
  const { run, step, setup, about } = (call ?? {}) as Partial<TreeCall>;
  const isCall = typeof run === 'object' && run && typeof step === 'string' && setup && Array.isArray(about);
  if (isCall) {
    const about = { call: { ...call, question: 'generate' } as ExpandRequest['call'], model: String(model) };
    return typeof taskQueue === 'string' ? { ...about, taskQueue } : about;
  }
  throw runFailure({ type: 'InvalidInput', message: 'a tree of thoughts starts this, with a call about a node' }, null);
}
