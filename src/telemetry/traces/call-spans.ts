import { SpanKind, context, trace } from '@opentelemetry/api';
import type { CallObserver } from '../../contracts/observed-run';
import { unheard } from '../unheard';
import { outputAttributes, promptAttributes } from './content-attributes';
import type { Tracing } from './create-tracing';
import { endSpan } from './end-span';
import type { ProviderPlace } from './gen-ai-attributes';
import { answerAttributes, callAttributes, operationOf, requestAttributes } from './gen-ai-attributes';

/**
 * A span for each request to a model, below its Activity. What the journal or the cache answered is an event of the
 * Activity: nothing was asked, and nothing paid.
 */
export function callSpans(tracing: Tracing, placeOf: (provider: string) => ProviderPlace | undefined): CallObserver {
  const { tracer, recordContent } = tracing;
  return {
    async request(call, send) {
      const { model, request } = call;
      const span = tracer.startSpan(`${operationOf(request)} ${model.model}`, {
        kind: SpanKind.CLIENT,
        attributes: {
          ...requestAttributes(call, placeOf(model.provider)),
          ...(recordContent && promptAttributes(request)),
        },
      });
      try {
        const answer = await context.with(trace.setSpan(context.active(), span), send);
        unheard(() =>
          span.setAttributes({ ...answerAttributes(call, answer), ...(recordContent && outputAttributes(answer)) }),
        );
        endSpan(span);
        return answer;
      } catch (error) {
        endSpan(span, error);
        throw error;
      }
    },
    hit(call, source) {
      trace.getActiveSpan()?.addEvent(`answered from ${source}`, callAttributes(call));
    },
    refused(call, type) {
      trace.getActiveSpan()?.addEvent('not sent', { ...callAttributes(call), 'error.type': type });
    },
  };
}
