import { readFile } from 'node:fs/promises';

/**
 * Resident memory of another process in bytes; undefined where the system has no /proc or the process is gone.
 * The heap flag of Node bounds JavaScript objects only: buffers, where archive bombs go, are seen here.
 */
export async function residentMemory(pid: number): Promise<number | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'latin1');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
