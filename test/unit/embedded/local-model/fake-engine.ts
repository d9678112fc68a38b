import type { ChatRequest } from '../../../../src/embedded/local-model/chat-request';
import type { TextEngine } from '../../../../src/embedded/local-model/text-engine';

/** An engine that answers with its words one by one, `wordMs` apart, and records what it was asked and how it ended. */
export function fakeEngine({ words = ['Hello', ' there'], wordMs = 0 } = {}) {
  const log: string[] = [];
  const requests: ChatRequest[] = [];
  const engine: TextEngine = {
    async prepare(request) {
      requests.push(request);
      const name = request.messages.at(-1)?.text ?? '';
      if (name.length > 1000) return { refusal: 'too-long', message: 'This model takes 4096 tokens.' };
      return {
        promptTokens: 7,
        maxTokens: 10,
        async generate(signal, onText) {
          log.push(`start ${name}`);
          if (name === 'break') throw new Error('secret text of a prompt');
          let outputTokens = 0;
          for (const word of words) {
            await new Promise((resolve) => setTimeout(resolve, wordMs));
            if (signal.aborted) {
              log.push(`abort ${name}`);
              throw signal.reason;
            }
            onText(word);
            outputTokens += 1;
          }
          log.push(`end ${name}`);
          return { text: words.join(''), outputTokens, finishReason: 'stop' };
        },
      };
    },
  };
  return { engine, log, requests };
}
