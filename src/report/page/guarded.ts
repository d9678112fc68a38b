import { html } from '../html';
import type { Content } from '../html';

/**
 * One part of a page; where what a run has told of it has not the shape that it should, a sentence in its place. A
 * Workflow of somebody else may go by the name of a pattern, and one of a later version may tell more.
 */
export function guarded(part: () => Content): Content {
  try {
    return part();
  } catch {
    return html`<p class="bad-text">What the run tells of this has not the shape that Cadenza gives it.</p>`;
  }
}
