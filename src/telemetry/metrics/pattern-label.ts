import { EXPAND_THOUGHT_WORKFLOW, HANDLE_EVENT_WORKFLOW } from '../../contracts/names';

/** The pattern that a Workflow Type is a part of; of a person's own Workflows the type itself. */
export function patternLabel(workflowType: string): string {
  if (workflowType === EXPAND_THOUGHT_WORKFLOW) return 'treeOfThought';
  if (workflowType === HANDLE_EVENT_WORKFLOW) return 'eventRouter';
  return workflowType === '' ? 'none' : workflowType;
}
