import { cleanLine } from './render/clean-text';

/** For calls that wait where nobody takes them. */
export function unservedSentence(queue: string): string {
  return `No worker serves the task queue "${cleanLine(queue)}", in which calls wait: is its provider in the registry of the workers?`;
}
