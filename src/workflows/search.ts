import { upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { Pattern } from '../contracts/names';
import { MEMO_OUTCOME } from '../contracts/names';
import type { RunProgress, RunStatus } from '../contracts/run';
import type { SearchFacts } from '../contracts/search-attributes';
import { KEYWORD_CHARACTERS } from '../contracts/search-attributes';

const KEYS = {
  pattern: defineSearchAttributeKey('CadenzaPattern', 'KEYWORD'),
  definition: defineSearchAttributeKey('CadenzaDefinition', 'KEYWORD'),
  models: defineSearchAttributeKey('CadenzaModels', 'KEYWORD_LIST'),
  outcome: defineSearchAttributeKey('CadenzaOutcome', 'KEYWORD'),
  costUsd: defineSearchAttributeKey('CadenzaCostUsd', 'DOUBLE'),
  label: defineSearchAttributeKey('CadenzaLabel', 'KEYWORD_LIST'),
};

/** What a run is found by from its start on. `facts` come from its plan: without them nothing is set. */
export function markStarted(
  pattern: Pattern,
  facts: SearchFacts | undefined,
  { definition, status = 'running' }: { definition?: string | undefined; status?: RunStatus } = {},
): void {
  if (!facts || isChild()) return;
  const labels = facts.labels.filter(isKeyword);
  upsertSearchAttributes([
    { key: KEYS.pattern, value: pattern },
    { key: KEYS.outcome, value: status },
    ...(definition !== undefined && isKeyword(definition) ? [{ key: KEYS.definition, value: definition }] : []),
    ...(labels.length > 0 ? [{ key: KEYS.label, value: labels }] : []),
  ]);
}

/** Where a run stands, for who does not ask the run itself: in its memo for `list`, and for searches. */
export function leaveOutcome(
  { status, steps, usage: { costUsd, byModel } }: Pick<RunProgress, 'status' | 'steps' | 'usage'>,
  facts: SearchFacts | undefined,
  more: object = {},
): void {
  upsertMemo({ [MEMO_OUTCOME]: { status, costUsd, ...more } });
  if (!facts || isChild()) return;
  const models = [...steps.flatMap((step) => step.models ?? []), ...Object.keys(byModel)];
  const names = [...new Set(models)].filter(isKeyword).sort();
  upsertSearchAttributes([
    { key: KEYS.outcome, value: status },
    { key: KEYS.costUsd, value: costUsd },
    ...(names.length > 0 ? [{ key: KEYS.models, value: names }] : []),
  ]);
}

/** The handling of an event, too, is found by the run that started it. */
function isChild(): boolean {
  return workflowInfo().parent !== undefined;
}

function isKeyword(text: string): boolean {
  return text.length <= KEYWORD_CHARACTERS;
}
