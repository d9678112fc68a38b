import { parentPort } from 'node:worker_threads';
import { isCadenzaError } from '../../contracts/failures';
import type { Job, JobReply } from './job';
import { runModel } from './run-model';

/** The file a pool's threads run: one reply for each job. */
parentPort?.on('message', (job: Job) => {
  void replyTo(job).then((reply) => parentPort?.postMessage(reply));
});

async function replyTo(job: Job): Promise<JobReply> {
  try {
    return { result: await runModel(job) };
  } catch (error) {
    if (isCadenzaError(error)) {
      const { type, message, field } = error;
      return { failure: { type, message, ...(field === undefined ? {} : { field }) } };
    }
    // A library's message may quote the text, so only the kind of error is passed on.
    const kind = error instanceof Error ? error.name : 'an error';
    return { failure: { type: 'Internal', message: `The built-in model "${job.model}" threw ${kind}.` } };
  }
}
