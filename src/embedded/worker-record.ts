import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { commandLineOf, processAlive } from './process-info';
import { readStateFile, removeStateFile, writeStateFile } from './state-file';

/** Who started the Worker of a home, and so who may end it: a command that needed one, `up`, or `worker`. */
export const WORKER_OWNERS = ['background', 'up', 'worker'] as const;
export type WorkerOwner = (typeof WORKER_OWNERS)[number];

const recordSchema = z.object({
  pid: z.number().int().positive(),
  owner: z.enum(WORKER_OWNERS),
  /** The process that looks after the Worker, where there is one. */
  parent: z.number().int().positive().optional(),
  startedAt: z.string(),
  /** The server it is connected to. */
  address: z.string(),
  ready: z.boolean(),
  /** Which models answer, in its own words. */
  models: z.string(),
  fingerprint: z.object({ salt: z.string(), hash: z.string() }),
});

/** The Worker of a home as `worker.json` keeps it. */
export type WorkerRecord = z.infer<typeof recordSchema>;

/** The recorded Worker while its process runs. A process that merely has its id does not count. */
export function runningWorker(home: string): WorkerRecord | undefined {
  const record = readStateFile(recordFile(home), recordSchema);
  return record && isWorker(record, home) ? record : undefined;
}

/** True while the recorded process is the Worker of that home. */
export function isWorker({ pid, owner }: Pick<WorkerRecord, 'pid' | 'owner'>, home: string): boolean {
  if (!processAlive(pid)) return false;
  const words = commandLineOf(pid) ?? '';
  // A person starts `cadenza worker` by many names, without the mark.
  return owner === 'worker' ? / worker\b/.test(words) : words.includes(workerMark(home).join(' '));
}

/** True where somebody in the foreground looks after the Worker, who would be surprised to find it ended. */
export function isInForeground({ owner, parent, pid }: WorkerRecord): boolean {
  return owner !== 'background' && processAlive(parent ?? pid);
}

/** Replaces the record of a home. */
export function writeWorkerRecord(home: string, record: WorkerRecord): void {
  writeStateFile(recordFile(home), record);
}

/** Removes the record; without a process id whatever it says, else only where it is of that process. */
export function removeWorkerRecord(home: string, pid?: number): void {
  const record = readStateFile(recordFile(home), recordSchema);
  if (pid === undefined || record?.pid === pid) removeStateFile(recordFile(home));
}

/** Arguments that tell the Worker of one home from that of another in a list of processes. */
export function workerMark(home: string): string[] {
  return ['--of', realHome(home)];
}

function recordFile(home: string): string {
  return path.join(realHome(home), 'worker.json');
}

function realHome(home: string): string {
  return existsSync(home) ? realpathSync(home) : path.resolve(home);
}
