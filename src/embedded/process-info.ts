import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** True while a process of that id runs, whoever owns it. One that ended and was not collected (a zombie) does not. */
export function processAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/**
 * The command line of a process, its words joined by spaces; undefined where it can not be learned.
 * Ids are used again: check this before a process is trusted or ended.
 */
export function commandLineOf(pid: number): string | undefined {
  try {
    const words =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        : execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
          });
    return words.trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Ends a process: SIGTERM, and SIGKILL after `graceMs`. Resolves when it is gone. `isIt` says whether the id still
 * belongs to the process that is meant, and is asked before each signal.
 */
export async function endProcess(pid: number, isIt: () => boolean, graceMs = 5_000): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!isIt()) return;
    signalProcess(pid, signal);
    const end = Date.now() + waitMs;
    while (isIt() && Date.now() < end) await sleep(50);
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // The state follows the name, which stands in brackets and can itself hold brackets and spaces.
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}
