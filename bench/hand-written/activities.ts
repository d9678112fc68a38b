import { cancellationSignal, heartbeat } from '@temporalio/activity';
import OpenAI from 'openai';

const openai = new OpenAI({ baseURL: process.env['BENCH_MODEL_URL'], apiKey: 'bench', maxRetries: 0 });

/** One request to the model, with a heartbeat, and nothing else. */
export async function callModel(prompt: string): Promise<string> {
  const timer = setInterval(heartbeat, 1_000);
  try {
    const answer = await openai.chat.completions.create(
      { model: 'bench', messages: [{ role: 'user', content: prompt }], max_tokens: 100 },
      { signal: cancellationSignal() },
    );
    return answer.choices[0]?.message.content ?? '';
  } finally {
    clearInterval(timer);
  }
}
