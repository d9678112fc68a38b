import { createHash } from 'node:crypto';

/** A key of the environment with that id, the same each time; another `seed` is another key under the same id. */
export function keyLine(id: string, seed = ''): string {
  return `${id}:${createHash('sha256').update(`${id}${seed}`).digest('base64')}`;
}
