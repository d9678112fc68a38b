import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The least that answers a chat completion, after the delay in the path: `/50/v1/chat/completions` takes 50 ms. */
const server = createServer((request, response) => {
  const delayMs = Number(/^\/(\d+)\//.exec(request.url ?? '')?.[1] ?? 0);
  request.resume().on('end', () => {
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          model: 'bench',
          choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'a short answer' } }],
          usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
        }),
      );
    }, delayMs);
  });
});
server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.(String((server.address() as AddressInfo).port)),
);
