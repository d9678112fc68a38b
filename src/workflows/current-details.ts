import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { RunProgress } from '../contracts/run';
import { detailsMarkdown } from '../core/details-markdown';

/**
 * Keeps the current details of the run in the Temporal UI: what is returned is called at every change, and they are made
 * once for all that changes at the same moment. It issues no command, so that nothing of it is seen on replay.
 */
export function keepCurrentDetails(progress: () => RunProgress): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    void Promise.resolve().then(() => {
      isDue = false;
      setCurrentDetails(detailsMarkdown(progress(), workflowInfo().workflowId));
    });
  };
}
