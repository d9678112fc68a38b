import { setCurrentDetails } from '@temporalio/workflow';

/**
 * Keeps the current details of the run in the Temporal UI: what is returned is called at every change, and they are made
 * once for all that changes at the same moment. It issues no command, so that nothing of it is seen on replay.
 */
export function keepCurrentDetails(make: () => string): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    void Promise.resolve().then(() => {
      isDue = false;
      setCurrentDetails(make());
    });
  };
}
