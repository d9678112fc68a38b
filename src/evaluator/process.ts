import { evaluateJob } from './evaluate-job';
import { checkSchema } from './check-schema';
import type { Evaluation, Job } from './evaluator';
import { matchRegex } from './match-regex';

// Ctrl-C, and the end of a service, reach the whole group: calls in flight still have their time, and it is the parent's.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

/** The process that expressions run in: a list of jobs in, their evaluations out. Ends when its parent is gone. */
process.on('message', (jobs: Job[]) => {
  const work = async () => {
    const evaluations: Evaluation[] = [];
    for (const job of jobs) evaluations.push(await evaluate(job));
    process.send?.(evaluations);
  };
  work().catch(() => process.exit(1));
});

function evaluate(job: Job): Evaluation | Promise<Evaluation> {
  if ('schema' in job) return checkSchema(job);
  return 'regex' in job ? matchRegex(job) : evaluateJob(job);
}

process.on('disconnect', () => process.exit(0));
