import type { IncomingMessage } from 'node:http';
import type { ApiError } from './chat-request';

/** Far above any prompt that fits the model. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Reads a JSON body of bounded size. What is too large or not JSON comes back as a refusal. */
export async function readBody(request: IncomingMessage): Promise<{ json: unknown } | { refusal: ApiError }> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    // Read on: a client that is still writing would see a reset instead of the answer.
    if (bytes <= MAX_BODY_BYTES) pieces.push(piece);
  }
  if (bytes > MAX_BODY_BYTES) {
    const message = `The request has more than ${MAX_BODY_BYTES} bytes.`;
    return { refusal: { status: 413, code: 'request_too_large', message } };
  }
  try {
    return { json: JSON.parse(Buffer.concat(pieces).toString('utf8')) };
  } catch {
    return { refusal: { status: 400, code: null, param: 'body', message: 'The body of the request is not JSON.' } };
  }
}
