import { CadenzaError } from '../contracts/failures';
import { startProcessLane } from '../isolation/process-lane';
import { createThreadPool } from '../isolation/thread-pool';
import { parseExpression } from './parse-expression';
import type { Evaluation, Evaluator, Job } from './evaluator';

/** Longest time for the jobs of one call together, and memory of the thread. */
const LIMITS = { timeoutMs: 10_000, memoryMb: 256 };

/** Expressions in processes of their own. `processFile` is the compiled `lib/evaluator/process.js`. */
export function createEvaluator({
  processFile,
  processes = 2,
}: {
  processFile: string;
  processes?: number;
}): Evaluator {
  const pool = createThreadPool<readonly Job[], Evaluation[]>({
    name: 'cadenza-evaluator',
    threadFile: processFile,
    threads: processes,
    timeoutMs: LIMITS.timeoutMs,
    maxMemoryMb: LIMITS.memoryMb,
    startLane: () => startProcessLane({ file: processFile, maxMemoryMb: LIMITS.memoryMb }),
    onTimeout: () => limit(`took longer than ${LIMITS.timeoutMs / 1000} seconds`),
    onCrash: () => limit(`needed more than ${LIMITS.memoryMb} MB`),
    onClosed: () => new CadenzaError('ExpressionLimit', 'the Worker shuts down', { retryable: true }),
  });
  return {
    parse: parseExpression,
    evaluate: (jobs, signal) => (jobs.length === 0 ? Promise.resolve([]) : pool.run(jobs, signal)),
    close: () => pool.close(),
  };
}

function limit(what: string): CadenzaError {
  return new CadenzaError('ExpressionLimit', `an expression ${what}`);
}
