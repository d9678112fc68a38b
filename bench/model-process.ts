import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let answers = 0;

/**
 * The least that answers a chat completion, after the delay in the path: `/50/v1/chat/completions` takes 50 ms. A second
 * number is the length of the answer in characters; each such answer is another text.
 */
const server = createServer((request, response) => {
  const [, delay, characters] = /^\/(\d+)\/(?:(\d+)\/)?/.exec(request.url ?? '') ?? [];
  const delayMs = Number(delay ?? 0);
  request.resume().on('end', () => {
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          model: 'bench',
          choices: [
            {
              index: 0,
              finish_reason: 'stop',
              message: { role: 'assistant', content: textOf(Number(characters ?? 0)) },
            },
          ],
          usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
        }),
      );
    }, delayMs);
  });
});
function textOf(characters: number): string {
  if (characters === 0) return 'a short answer';
  answers += 1;
  return `answer ${answers} `.repeat(Math.ceil(characters / 9)).slice(0, characters);
}

server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.(String((server.address() as AddressInfo).port)),
);
