import { spawn } from 'node:child_process';

/**
 * Runs a tool of a package manager and waits for it. Throws a sentence as an Error where it is not there, takes longer
 * than `timeoutMs` or fails; the sentence ends with the last error line of the tool. The user's own settings of the
 * tool (registry, proxy) count, so it gets the whole environment.
 */
export async function runCommand(
  command: string,
  args: string[],
  options: { cwd: string; timeoutMs: number },
): Promise<void> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    // On Windows npm and pip are scripts, which only a shell starts; so `args` must never hold a path or foreign text.
    shell: process.platform === 'win32',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)));
  // Not the `timeout` of spawn: where the tool is missing, its timer goes on and keeps this process alive.
  const timer = setTimeout(() => child.kill(), options.timeoutMs);
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => reject(new Error(`${command} ${startProblem(error)}`)));
      child.once('close', (code, signal) => {
        if (code === 0) resolve();
        else if (signal) reject(new Error(`${command} was ended (${signal}) before it was done`));
        else reject(new Error(`${command} ended with status ${code}: ${lastErrorLine(errors)}`));
      });
    });
  } finally {
    clearTimeout(timer);
  }
}

function startProblem(error: NodeJS.ErrnoException): string {
  return error.code === 'ENOENT' ? 'is not on PATH' : `can not be started (${error.code})`;
}

function lastErrorLine(text: string): string {
  const lines = text.split('\n').filter((line) => /error|err!|not found|denied/i.test(line));
  return (lines.at(-1) ?? 'no reason given').replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').slice(0, 300);
}
