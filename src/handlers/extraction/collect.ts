import type { Readable } from 'node:stream';

/** Gathers a stream up to `limit` bytes and drops the rest, so that nobody can fill this process's memory. */
export function collect(stream: Readable, limit: number, onOverflow?: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  stream.on('data', (chunk: Buffer) => {
    if (total > limit) return;
    total += chunk.length;
    if (total > limit) onOverflow?.();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks);
}
