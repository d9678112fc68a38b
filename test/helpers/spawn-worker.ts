import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';

export type WorkerProcess = {
  pid: number;
  /** Resolves when the process is there no more. */
  ended: Promise<unknown>;
  /** SIGKILL: no handler of the process runs. */
  kill(): Promise<void>;
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
};

/** Starts a Worker in a process of its own and resolves when it is ready. */
export async function spawnWorker(
  variables: Record<string, string>,
  file = 'worker-process.cjs',
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [path.join(__dirname, file)], {
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir(), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exited = once(child, 'exit');
  await Promise.race([
    readyLine(child),
    exited.then(() => Promise.reject(new Error(`the worker ended before it was ready:\n${errors}`))),
  ]);
  return {
    pid: child.pid as number,
    ended: exited,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
  };
}

async function readyLine(child: ChildProcess): Promise<void> {
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes('ready')) return;
}
