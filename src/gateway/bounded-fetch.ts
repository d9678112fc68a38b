import { CadenzaError } from '../contracts/failures';

/**
 * `fetch` that reads no more of an answer than so many bytes, counted after decompression. Where there are more the
 * connection is closed, and reading rejects with `ModelAnswerUnreadable`, which is not tried again: it may be charged.
 */
export function boundedFetch(provider: string, mostBytes: number): typeof fetch {
  const tooLarge = () =>
    new CadenzaError(
      'ModelAnswerUnreadable',
      `provider "${provider}" sent an answer of more than ${mostBytes} bytes (maxAnswerBytes)`,
      { retryable: false },
    );
  return async (input, init) => {
    const response = await fetch(input, init);
    const { body, headers, status, statusText } = response;
    if (!body) return response;
    const told = headers.get('content-encoding') === null ? Number(headers.get('content-length') ?? NaN) : NaN;
    // No more than was announced is read of a connection.
    if (told <= mostBytes) return response;
    let bytes = 0;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > mostBytes) controller.error(tooLarge());
        else controller.enqueue(chunk);
      },
    });
    return new Response(body.pipeThrough(counted), { status, statusText, headers });
  };
}
