import { evaluateJob } from './evaluate-job';
import { checkSchema } from './check-schema';
import type { Evaluation, EvaluationJob, SchemaJob } from './evaluator';

/** The process that expressions run in: a list of jobs in, their evaluations out. Ends when its parent is gone. */
process.on('message', (jobs: (EvaluationJob | SchemaJob)[]) => {
  const work = async () => {
    const evaluations: Evaluation[] = [];
    for (const job of jobs) evaluations.push('schema' in job ? checkSchema(job) : await evaluateJob(job));
    process.send?.(evaluations);
  };
  work().catch(() => process.exit(1));
});
process.on('disconnect', () => process.exit(0));
