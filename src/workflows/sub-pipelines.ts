import { getExternalWorkflowHandle, patched, workflowInfo } from '@temporalio/workflow';
import { holdSignal } from './messages';

const PAUSE_REACHES_INSIDE = 'a-pause-reaches-pipelines-inside';

/** The pipelines that run inside one, which stand still with it. */
export class SubPipelines {
  private readonly paths = new Set<string>();

  /** One has been started; call what it gives when it has ended. */
  enter(path: string): () => void {
    this.paths.add(path);
    return () => void this.paths.delete(path);
  }

  /** Tells those that run. One that ends meanwhile needs no word. */
  setPaused(paused: boolean): void {
    if (this.paths.size === 0 || !patched(PAUSE_REACHES_INSIDE)) return;
    for (const path of this.paths) {
      const inside = getExternalWorkflowHandle(`${workflowInfo().workflowId}/${path}`);
      void inside.signal(holdSignal, paused).catch(() => undefined);
    }
  }
}
