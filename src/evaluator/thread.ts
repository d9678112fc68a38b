import { parentPort } from 'node:worker_threads';
import { evaluateJob } from './evaluate-job';
import type { Evaluation, EvaluationJob } from './evaluator';

/** The thread that expressions run on: a list of jobs in, their evaluations out. */
parentPort?.on('message', (jobs: EvaluationJob[]) => {
  const work = async () => {
    const evaluations: Evaluation[] = [];
    for (const job of jobs) evaluations.push(await evaluateJob(job));
    parentPort?.postMessage(evaluations);
  };
  work().catch((error: unknown) => {
    throw error;
  });
});
