#!/usr/bin/env node
import { runCommandLine } from './program';

/** Waits until everything written has left this process: ending before cuts off what goes through a pipe. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

// Who reads may stop early (`| head`); what is left to say then has nobody to hear it.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

void runCommandLine(process.argv.slice(2)).then(async (status) => {
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(status);
});
