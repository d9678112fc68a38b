import { isCadenzaError } from '../../contracts/failures';
import type { CallObserver, ObservedCall } from '../../contracts/observed-run';
import { costNanoUsd } from '../../core/pricing';
import type { Meters } from './meters';
import { patternLabel } from './pattern-label';

const BUDGET_FAILURES: readonly string[] = ['BudgetExceeded', 'BudgetWindowFull', 'BudgetUnavailable'];

/** Counts requests, tokens, money, and what was not asked. */
export function callMetrics(meters: Meters): CallObserver {
  return {
    async request(call, send) {
      const labels = { ...labelsOf(call), provider: call.model.provider };
      const started = performance.now();
      const ended = (outcome: string) => {
        meters.add('cadenza_model_requests_total', 1, { ...labels, outcome });
        meters.add('cadenza_model_request_seconds', (performance.now() - started) / 1000, labels);
      };
      try {
        const answer = await send();
        const { inputTokens, outputTokens } = answer.tokens;
        ended('answered');
        meters.add('cadenza_model_tokens_total', inputTokens, { ...labels, direction: 'input' });
        meters.add('cadenza_model_tokens_total', outputTokens, { ...labels, direction: 'output' });
        meters.add(
          'cadenza_model_cost_nanousd_total',
          costNanoUsd(call.model.price, inputTokens, outputTokens),
          labels,
        );
        return answer;
      } catch (error) {
        ended(isCadenzaError(error) ? error.type : 'aborted');
        throw error;
      }
    },
    hit: (call, source) => meters.add(`cadenza_${source}_hits_total`, 1, labelsOf(call)),
    refused(call, type) {
      if (BUDGET_FAILURES.includes(type)) meters.add('cadenza_budget_refusals_total', 1, { ...labelsOf(call), type });
    },
  };
}

function labelsOf({ model, workflowType }: ObservedCall) {
  return { model: model.name, pattern: patternLabel(workflowType) };
}
