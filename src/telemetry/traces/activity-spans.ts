import type { Context as ActivityContext } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { ROOT_CONTEXT, context, trace } from '@opentelemetry/api';
import { TRACE_HEADER } from '../../contracts/observed-run';
import { runInArguments } from '../../core/run-in-arguments';
import { endSpan } from './end-span';
import { stepInArguments } from '../step-in-arguments';
import { fromTraceHeader } from './trace-header';
import { runSpanIdOf } from './trace-ids';
import type { Tracing } from './create-tracing';

/**
 * A span for each attempt of an Activity, below the span of its run; active while the Activity runs. Local Activities are
 * quick and have none.
 */
export function activitySpans(tracing: Tracing) {
  return ({ info }: ActivityContext): ActivityInterceptors => {
    const { workflowExecution, workflowNamespace: namespace = '' } = info;
    if (info.isLocal || !workflowExecution) return {};
    return {
      inbound: {
        async execute(input, next) {
          const spanId = runSpanIdOf({ namespace, ...workflowExecution });
          const header = fromTraceHeader(input.headers[TRACE_HEADER]);
          const owner = runInArguments(input.args) ?? workflowExecution.workflowId;
          const parent = header ? { ...header, spanId } : tracing.ownTrace(namespace, owner, spanId);
          const step = stepInArguments(input.args);
          const span = tracing.tracer.startSpan(
            step === undefined || step === info.activityType ? info.activityType : `${info.activityType} ${step}`,
            {
              attributes: {
                'temporal.workflow.id': workflowExecution.workflowId,
                'temporal.run.id': workflowExecution.runId,
                'temporal.activity.type': info.activityType,
                'temporal.activity.attempt': info.attempt,
                'cadenza.queue_wait_ms': Math.max(0, Date.now() - info.currentAttemptScheduledTimestampMs),
                ...(step === undefined ? {} : { 'cadenza.step': step }),
              },
            },
            trace.setSpanContext(ROOT_CONTEXT, parent),
          );
          const active = trace.setSpan(trace.setSpanContext(context.active(), parent), span);
          try {
            const result = await context.with(active, () => next(input));
            endSpan(span);
            return result;
          } catch (error) {
            endSpan(span, error);
            throw error;
          }
        },
      },
      outbound: {
        getLogAttributes(input, next) {
          const span = trace.getActiveSpan()?.spanContext();
          return next(span ? { ...input, traceId: span.traceId, spanId: span.spanId } : input);
        },
      },
    };
  };
}
