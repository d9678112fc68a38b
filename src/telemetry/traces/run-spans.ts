import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { RunEnd } from '../../contracts/observed-run';
import type { Tracing } from './create-tracing';
import { fromTraceHeader } from './trace-header';
import { runSpanIdOf } from './trace-ids';

/** What is read of a run. */
export type EndedRun = Pick<
  WorkflowInfo,
  'namespace' | 'workflowId' | 'runId' | 'workflowType' | 'runStartTime' | 'parent'
>;

/** The span of a run, from its start to its end, with what it has used; written when it ends, by the Worker that ends it. */
export function writeRunSpan(tracing: Tracing, run: EndedRun, end: RunEnd): void {
  const spanId = runSpanIdOf(run);
  const { traceId, parent } = placeOf(tracing, run, end, spanId);
  const span = tracing.startPinned(
    { traceId, spanId },
    `run ${run.workflowType}`,
    { startTime: run.runStartTime, attributes: attributesOf(run, end) },
    parent,
  );
  if (end.outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR, message: end.errorType ?? 'failed' });
  span.end();
}

function attributesOf({ workflowId, runId, workflowType }: EndedRun, { outcome, errorType, usage }: RunEnd) {
  return {
    'temporal.workflow.id': workflowId,
    'temporal.run.id': runId,
    'cadenza.pattern': workflowType,
    'cadenza.run.outcome': outcome,
    ...(errorType === undefined ? {} : { 'error.type': errorType }),
    ...(usage && {
      'cadenza.run.cost_usd': usage.costUsd,
      'cadenza.run.calls': usage.calls,
      'cadenza.run.input_tokens': usage.inputTokens,
      'cadenza.run.output_tokens': usage.outputTokens,
      'cadenza.run.journal_hits': usage.journalHits,
      'cadenza.run.cache_hits': usage.cacheHits,
    }),
  };
}

/**
 * Below the run that started this one, where both are in one trace; else below whoever started it; else nothing is above
 * it. Whether the trace of a run without a header is recorded, the sampler says by its id, the same to every Worker.
 */
function placeOf(tracing: Tracing, run: EndedRun, { traceHeader, journalOf }: RunEnd, spanId: string) {
  const header = fromTraceHeader(traceHeader);
  const { namespace, workflowId, parent } = run;
  const owner = journalOf ?? workflowId;
  const own = header ?? tracing.ownTrace(namespace, owner, spanId);
  const above = parent && (header || owner !== workflowId) ? runSpanIdOf(parent) : header?.spanId;
  const { traceId } = own;
  if (above === undefined) return { traceId, parent: ROOT_CONTEXT };
  return { traceId, parent: trace.setSpanContext(ROOT_CONTEXT, { ...own, spanId: above }) };
}
