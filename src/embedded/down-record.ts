import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readStateFile, writeStateFile } from './state-file';

const recordSchema = z.object({ at: z.number() });

/** Notes that a person ended what runs in a home, so that commands that wait there do not start it again. */
export function recordDown(home: string): void {
  if (existsSync(home)) writeStateFile(recordFile(home), { at: Date.now() });
}

/** True where that was at that time or later, in milliseconds since 1970. */
export function wasEndedSince(home: string, since: number): boolean {
  return (readStateFile(recordFile(home), recordSchema)?.at ?? -Infinity) >= since;
}

function recordFile(home: string): string {
  return path.join(home, 'down.json');
}
