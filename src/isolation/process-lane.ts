import { fork } from 'node:child_process';
import type { Lane } from './thread-pool';

/**
 * A child process where a pool would have a thread: what runs out of memory in it ends alone, which a thread does not
 * always do. It has no environment, and ends with its parent (its channel closes).
 */
export function startProcessLane({ file, maxMemoryMb }: { file: string; maxMemoryMb: number }): Lane {
  const child = fork(file, [], {
    env: {},
    execArgv: [`--max-old-space-size=${maxMemoryMb}`],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'json',
  });
  return {
    postMessage: (message) => void child.send(message as object),
    terminate: async () => {
      child.kill('SIGKILL');
      return 0;
    },
    ref: () => {
      child.ref();
      child.channel?.ref();
    },
    unref: () => {
      child.unref();
      child.channel?.unref();
    },
    on: (event, listener) => void child.on(event, listener as (...args: unknown[]) => void),
  };
}
