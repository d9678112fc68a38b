import type { ChainResult } from '../../contracts/chain.schema';
import type { StepProgress } from '../../contracts/run';
import { cleanLine } from './clean-text';
import type { ResultOptions } from './document-result';
import { wrapped } from './layout';
import { stepLines } from './step-lines';

/** The steps that a chain ran, in their order, each with its model, time and tokens; and where it stopped. */
export function chainLines({ chainResults, stoppedAt }: ChainResult, { columns, paint }: ResultOptions): string[] {
  const steps = chainResults.map(({ step, run, model, durationSeconds, usage }): StepProgress => ({
    name: run === undefined ? step : `${step}[${run}]`,
    status: 'completed',
    ...(model === undefined ? {} : { models: [model] }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(usage ? { usage } : {}),
  }));
  const stopped =
    stoppedAt === undefined ? [] : wrapped(`The gate of ${cleanLine(stoppedAt)} stopped the chain there.`, columns, 2);
  return [...stepLines(steps, { columns, paint, now: 0 }), ...stopped];
}
