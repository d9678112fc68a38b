import type { RecordedRequest, ScriptedAnswer, ScriptedReply } from './scripted-model-server';

/** What the scripted provider counts for a request: nano-dollars at the prices of the test registry, 2 and 8 USD. */
export type Charge = { promptTokens: number; completionTokens: number; costNanoUsd: number };

/** A provider that keeps its own account: a request that it began to work on is charged, whoever hears the answer. */
export type Charging = { answer: ScriptedAnswer; charges: Charge[]; total(): number };

/** What the provider does with a request: `refuse` is not charged, `lost` is charged and never answered. */
export type Fate = 'answer' | 'refuse' | 'error' | 'lost' | 'cut' | 'slow';

/**
 * Answers of random length up to the request's own limit, charged as OpenAI would. `fateOf` says what becomes of each
 * request: what is lost or cut on the way has been charged all the same.
 */
export function chargingProvider(random: () => number, fateOf: (request: RecordedRequest) => Fate): Charging {
  const charges: Charge[] = [];
  const charge = ({ body }: RecordedRequest): ScriptedReply => {
    const limit = Number(body['max_tokens'] ?? 16);
    const completionTokens = Math.max(1, Math.floor(random() * limit));
    const asked = (body.messages ?? []).reduce((sum, { content }) => sum + content.length, 0);
    const promptTokens = Math.ceil(asked / 4) + 8;
    charges.push({ promptTokens, completionTokens, costNanoUsd: promptTokens * 2_000 + completionTokens * 8_000 });
    return {
      text: `answer ${charges.length}`,
      usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens },
    };
  };
  const answer: ScriptedAnswer = (request) => {
    switch (fateOf(request)) {
      case 'refuse':
        return { status: 429, error: { code: 'rate_limit_exceeded' }, headers: { 'retry-after-ms': '50' } };
      case 'error':
        return { status: 503, error: { code: 'overloaded' } };
      case 'lost':
        charge(request);
        return { hang: true };
      case 'cut':
        return { ...(charge(request) as object), cut: random() < 0.5 ? 'headers' : 'body' };
      case 'slow':
        return { ...(charge(request) as object), delayMs: 50 + random() * 200 };
      default:
        return charge(request);
    }
  };
  return { answer, charges, total: () => charges.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0) };
}
