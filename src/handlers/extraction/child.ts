/**
 * The reading process: one request on stdin, one reply on stdout, then it ends. It is the only place that opens
 * a document from a stranger, has no keys, and is killed by its parent at its limits.
 */
import { isCadenzaError } from '../../contracts/failures';
import type { ExtractionReply, ExtractionRequest } from './protocol';
import { READING_FAILURES } from './protocol';
import { readDocument } from './read-document';
import { watchOverSelf } from './watch-over-self';

async function main(): Promise<void> {
  // Stdout is for the reply alone, and libraries print warnings.
  console.log = console.info = console.warn = console.error = console.debug = () => undefined;
  // Ctrl-C reaches the whole process group; the parent decides when reading ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const { request, bytes } = await readRequest();
  watchOverSelf(request.maxMemoryBytes);
  const reply = await answer(request, bytes);
  process.stdout.end(JSON.stringify(reply), () => process.exit(0));
}

async function readRequest(): Promise<{ request: ExtractionRequest; bytes: Uint8Array }> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const all = Buffer.concat(chunks);
  const end = all.indexOf(10);
  return { request: JSON.parse(all.toString('utf8', 0, end)) as ExtractionRequest, bytes: all.subarray(end + 1) };
}

async function answer(request: ExtractionRequest, bytes: Uint8Array): Promise<ExtractionReply> {
  try {
    return { ok: true, document: await readDocument(bytes, request) };
  } catch (error) {
    if (isCadenzaError(error)) {
      const type = READING_FAILURES.find((known) => known === error.type) ?? 'Internal';
      return { ok: false, type, reason: error.message };
    }
    return { ok: false, ...explain(error) };
  }
}

/** Errors of the libraries say in their own words what is wrong; those words may quote the document. */
function explain(error: unknown): { type: 'ExtractionLimit' | 'DocumentCorrupt' | 'Internal'; reason: string } {
  const { code } = error as { code?: unknown };
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
    return { type: 'Internal', reason: 'could not be read: a library is missing from the installation' };
  }
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return { type: 'ExtractionLimit', reason: 'is nested more deeply than can be read' };
  }
  if (error instanceof RangeError && /array|string|buffer/i.test(error.message)) {
    return { type: 'ExtractionLimit', reason: 'unpacks to more than can be read' };
  }
  return { type: 'DocumentCorrupt', reason: 'is damaged and can not be read' };
}

void main();
