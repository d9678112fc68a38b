import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { HandledOutcome, HandleEventRequest, NamedSubscription } from '../contracts/event-messages';
import { HANDLE_EVENT_WORKFLOW } from '../contracts/names';
import type { PipelineResult } from '../contracts/pipeline.schema';
import type { Handling } from '../core/events/router-state';
import { fromShown } from '../core/usage';
import { describeFailure } from './run-failure';

/** The Workflow Id of the handling of an event by this router. */
export function handlerWorkflowId(id: string): string {
  return `${workflowInfo().workflowId}/${id}`;
}

/**
 * Has an event handled by a child workflow, which goes on where its router ends or continues as new. Resolves with the
 * outcome, whatever it is.
 */
export async function runHandlerWorkflow(
  { id, event }: Handling,
  subscription: NamedSubscription,
  labels: Record<string, string> | undefined,
): Promise<HandledOutcome> {
  const request: HandleEventRequest = { handling: id, event, subscription, ...(labels ? { labels } : {}) };
  try {
    const { output, usage } = await executeChild<(request: HandleEventRequest) => Promise<PipelineResult>>(
      HANDLE_EVENT_WORKFLOW,
      {
        args: [request],
        workflowId: handlerWorkflowId(id),
        parentClosePolicy: 'ABANDON',
        staticSummary: `${event.type}: ${subscription.name}`,
      },
    );
    return { result: output, usage: fromShown(usage) };
  } catch (error) {
    const { info, detail } = describeFailure(error);
    return { error: info, usage: detail?.usage ?? { byModel: {} } };
  }
}
