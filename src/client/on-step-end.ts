import { setTimeout as sleep } from 'node:timers/promises';
import { CadenzaError } from '../contracts/failures';
import { shown, suggestion } from '../contracts/nearest-name';
import type { PipelineResult, StepResult } from '../contracts/pipeline.schema';
import type { RunHandle } from './run-handle';

const POLL_MS = 300;

/** Functions of this program by the name of a step; `*` is called for every step. */
export type StepFunctions = { [step: string]: (result: StepResult) => void | Promise<void> };

/** A call that threw, by the step it was for. */
export type FailedCall = { step: string; error: unknown };

/**
 * Calls functions of this program as steps end, once for each end, and resolves at the end of the run with the calls
 * that threw: they change nothing in the run. Steps that ended before are told of first.
 * @throws CadenzaError `InvalidInput` for a name that is no step's
 */
export async function onStepEnd(
  handle: Pick<RunHandle, 'resultSoFar' | 'status'>,
  functions: StepFunctions,
): Promise<FailedCall[]> {
  const told = new Set<string>();
  const failed: FailedCall[] = [];
  for (;;) {
    // Asked first, so that the last look sees everything.
    const status = await handle.status();
    const result = (await handle.resultSoFar()) as PipelineResult | undefined;
    if (result) {
      checkNames(functions, Object.keys(result.results));
      for (const step of Object.values(result.results)) {
        const hasEnded = step.status === 'completed' || step.status === 'failed' || step.status === 'skipped';
        if (!hasEnded) told.delete(step.stepName);
        if (!hasEnded || told.has(step.stepName)) continue;
        told.add(step.stepName);
        failed.push(...(await call(functions, step)));
      }
    }
    if (status !== 'running' && status !== 'paused') return failed;
    await sleep(POLL_MS);
  }
}

async function call(functions: StepFunctions, result: StepResult): Promise<FailedCall[]> {
  const failed: FailedCall[] = [];
  for (const name of [result.stepName, '*']) {
    try {
      if (Object.hasOwn(functions, name)) await functions[name]?.(result);
    } catch (error) {
      failed.push({ step: result.stepName, error });
    }
  }
  return failed;
}

function checkNames(functions: StepFunctions, steps: readonly string[]): void {
  for (const name of Object.keys(functions)) {
    if (name === '*' || steps.includes(name)) continue;
    const message = `there is no step "${shown(name)}"${suggestion(name, [...steps])}`;
    throw new CadenzaError('InvalidInput', `callbacks.${shown(name)}: ${message}`, {
      field: `callbacks.${shown(name)}`,
    });
  }
}
