import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal, malformed, tryAgainLater } from './refusal';

/** The largest body of a request: of a batch, or of a document in binary mode. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** All bodies together that wait to be taken. */
const MAX_HELD_BYTES = 8 * MAX_BODY_BYTES;

/** A sender that still writes would see a reset instead of the answer, so what is not wanted is read on for a while. */
const DISCARD = { bytes: 4 * MAX_BODY_BYTES, milliseconds: 5_000 } as const;

export type BodyReader = {
  /** The whole body; its memory counts until the response is closed. @throws Refusal 413, 503 */
  read(request: IncomingMessage, response: ServerResponse): Promise<Buffer>;
};

export function createBodyReader(): BodyReader {
  let held = 0;
  return {
    async read(request, response) {
      let bytes = 0;
      response.once('close', () => (held -= bytes));
      const pieces: Buffer[] = [];
      try {
        // What is left after a refusal is still read, by `discardBody`.
        for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
          refuseOver(bytes + piece.length, held + piece.length);
          bytes += piece.length;
          held += piece.length;
          pieces.push(piece);
        }
      } catch (error) {
        throw error instanceof Refusal ? error : malformed('body: ended before it was complete', 'body');
      }
      return Buffer.concat(pieces);
    },
  };
}

function refuseOver(bytes: number, held: number): void {
  if (bytes > MAX_BODY_BYTES) {
    throw new Refusal(
      413,
      'EventTooLarge',
      `The request has more than ${MAX_BODY_BYTES} bytes: send smaller batches; put a document into the content store and send its reference.`,
    );
  }
  if (held > MAX_HELD_BYTES) throw tryAgainLater('Too much waits to be taken: send it again.');
}

/** Reads what is left of a body and throws it away, up to a limit of bytes and time. Never rejects. */
export async function discardBody(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  const ended = new AbortController();
  let bytes = 0;
  const end = () => ended.abort();
  const count = (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > DISCARD.bytes) end();
  };
  request.on('data', count).on('end', end).on('close', end).on('error', end);
  request.resume();
  await sleep(DISCARD.milliseconds, undefined, { signal: ended.signal }).catch(() => undefined);
  request.off('data', count);
}
