import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';

export type Post = {
  url: URL;
  headers: Record<string, string>;
  payload: string;
  allowPrivate: boolean;
  timeoutMs: number;
  lookup: LookupFunction | undefined;
  signal: AbortSignal | undefined;
};

/** What a receiver said, as far as it counts. */
export type Answer = { status: number; retryAfter?: string | undefined };

/** Refused whatever is allowed: what answers there hands out the keys of the machine. Each in every form it connects by. */
const METADATA = ['169.254.169.254', '169.254.170.2', '100.100.100.200', 'fd00:ec2::254'].flatMap((address) =>
  address.includes(':') ? [address] : [address, `::ffff:${address}`, mappedInHex(address)],
);

/** An answer is read on for a moment, so that its sender sees it taken; then the connection is cut. */
const DRAIN = { bytes: 64 * 1024, milliseconds: 1_000 } as const;

/**
 * One POST over a connection of its own. The address is checked where it is connected to, so a name that resolves to
 * another address the second time gains nothing. The body of the answer is thrown away.
 * @throws the error of the request; one whose message says "is not allowed" for an address that is refused
 */
export async function postOnce(post: Post): Promise<Answer> {
  const { url, headers, payload, allowPrivate, timeoutMs, lookup, signal } = post;
  const { useAgent } = await import('request-filtering-agent');
  const agent = useAgent(url.href, {
    keepAlive: false,
    allowPrivateIPAddress: allowPrivate,
    allowMetaIPAddress: allowPrivate,
    denyIPAddressList: METADATA,
  });
  const deadline = AbortSignal.timeout(timeoutMs);
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    method: 'POST',
    agent,
    ...(lookup && { lookup }),
    headers: {
      ...headers,
      'content-length': Buffer.byteLength(payload),
      'user-agent': 'cadenza',
      connection: 'close',
    },
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  });
  try {
    return await new Promise<Answer>((resolve, reject) => {
      // Without effect once there is a status: a message that was taken is never sent again.
      let answered = false;
      const fail = (error: Error) => answered || reject(error);
      request.on('error', fail);
      request.on('close', () => fail(new Error('closed')));
      request.on('response', (response) => {
        answered = true;
        const answer = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] };
        void drain(response).then(() => resolve(answer));
      });
      request.end(payload);
    });
  } finally {
    request.destroy();
    agent.destroy();
  }
}

/** Reads a little of what comes, up to its end, the caps, or an error: the status is known already. */
function drain(response: http.IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(done, DRAIN.milliseconds);
    function done() {
      clearTimeout(timer);
      resolve();
    }
    response.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > DRAIN.bytes) done();
    });
    response.on('error', done);
    response.on('close', done);
  });
}

/** `::ffff:a9fe:a9fe` for 169.254.169.254: how URL writes a mapped address. */
function mappedInHex(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `::ffff:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
