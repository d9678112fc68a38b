import { CadenzaError } from '../../../src/contracts/failures';
import type { ProviderAnswer } from '../../../src/contracts/model';
import type { ProviderEvent } from '../../../src/contracts/observed-provider';
import type { GateOptions } from '../../../src/gateway/pacing/provider-gate';
import { ProviderGate } from '../../../src/gateway/pacing/provider-gate';

const ANSWER: ProviderAnswer = {
  kind: 'chat',
  text: 'well',
  finishReason: 'stop',
  tokens: { inputTokens: 3, outputTokens: 1 },
};
const { signal } = new AbortController();

function gateAt(options: Partial<GateOptions> = {}) {
  const clock = { ms: 0 };
  const events: ProviderEvent[] = [];
  const gate = new ProviderGate({
    provider: 'p',
    breaker: { failures: 3, openSeconds: 10 },
    onEvent: (event) => events.push(event),
    now: () => clock.ms,
    random: () => 0,
    ...options,
  });
  const ask = async (answer: () => Promise<ProviderAnswer>, hurried = false) =>
    (await gate.enter('m', signal)).send(answer, hurried);
  const failWith = (error: CadenzaError, hurried?: boolean) =>
    ask(() => Promise.reject(error), hurried).catch(() => undefined);
  return { gate, clock, events, ask, failWith };
}

const limited = (retryAfterMs: number) => new CadenzaError('RateLimited', 'slow down', { retryAfterMs });
const down = new CadenzaError('ProviderUnavailable', 'down');

test('a Retry-After pauses the provider: who comes meanwhile is told when to come back, and nothing is sent', async () => {
  const { gate, clock, events, ask, failWith } = gateAt();
  await failWith(limited(60_000));
  const refused = ask(() => Promise.reject(new Error('was sent')));
  await expect(refused).rejects.toMatchObject({ type: 'ProviderPaused', retryAfterMs: 60_000, retryable: false });
  expect(gate.state).toMatchObject({ pausedMs: 60_000, inFlight: 0 });
  expect(events).toEqual(
    expect.arrayContaining([
      { kind: 'paused', provider: 'p', model: 'm', pauseMs: 60_000 },
      { kind: 'refused', provider: 'p', model: 'm', why: 'paused', waitMs: 60_000 },
    ]),
  );
  clock.ms += 60_000;
  await expect(ask(() => Promise.resolve(ANSWER))).resolves.toBe(ANSWER);
});

test.each([
  ['a 429 pauses the model that was asked', {}, limited(60_000), 'm'],
  [
    'a 429 of a provider with a declared rate pauses all its models',
    { isRateLimited: true },
    limited(60_000),
    undefined,
  ],
  [
    'a provider that is away and says until when is paused with all its models',
    {},
    new CadenzaError('ProviderUnavailable', 'down', { retryAfterMs: 60_000 }),
    undefined,
  ],
])('%s', async (_name, options, failure, paused) => {
  const { gate, events, failWith } = gateAt(options);
  await failWith(failure);
  const told = events.filter(({ kind }) => kind === 'paused');
  expect(told).toEqual([{ kind: 'paused', provider: 'p', ...(paused ? { model: paused } : {}), pauseMs: 60_000 }]);
  await expect(gate.enter('m', signal)).rejects.toMatchObject({ type: 'ProviderPaused' });
  const other = gate.enter('another', signal);
  if (paused === undefined) await expect(other).rejects.toMatchObject({ retryAfterMs: 60_000 });
  else (await other).release();
});

test('a pause is never longer than an hour, whatever a provider asks for, and a shorter one does not cut it', async () => {
  const { gate, failWith } = gateAt();
  const both = [await gate.enter('m', signal), await gate.enter('m', signal)];
  await failWith(limited(10 * 365 * 24 * 3_600_000));
  expect(gate.state.pausedMs).toBe(3_600_000);
  await both[0]?.send(() => Promise.reject(limited(1_000)), false).catch(() => undefined);
  expect(gate.state.pausedMs).toBe(3_600_000);
  both[1]?.release();
});

test('a wait below a second is waited for in place', async () => {
  const { ask, failWith } = gateAt({ now: () => performance.now() });
  await failWith(limited(30));
  const startedAt = performance.now();
  await ask(() => Promise.resolve(ANSWER));
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(25);
});

test('only so many at once; the others wait in their order, an abort leaves the queue, and a pause reaches those in it', async () => {
  const { gate, failWith, clock } = gateAt({ maxConcurrent: 1 });
  const first = await gate.enter('m', signal);
  const given = new AbortController();
  const aborted = gate.enter('m', given.signal);
  const second = gate.enter('m', signal);
  // Let both queue up.
  await Promise.resolve();
  expect(gate.state).toMatchObject({ inFlight: 1, waiting: 2 });
  given.abort(new Error('given up'));
  await expect(aborted).rejects.toThrow('given up');
  await first.send(() => Promise.reject(limited(5_000)), false).catch(() => undefined);
  await expect(second).rejects.toMatchObject({ type: 'ProviderPaused' });
  clock.ms += 5_000;
  await failWith(down);
  expect(gate.state).toMatchObject({ inFlight: 0, waiting: 0 });
});

test('failures of the provider open the circuit; those of the request, of a hurried caller and of cancelled calls do not', async () => {
  const { gate, failWith } = gateAt();
  for (let round = 0; round < 5; round += 1) {
    await failWith(new CadenzaError('ModelRequestRejected', 'bad'));
    await failWith(new CadenzaError('ModelTimeout', 'too slow for its caller'), true);
  }
  expect(gate.state.breaker).toBe('closed');
  for (let round = 0; round < 3; round += 1) await failWith(down);
  expect(gate.state.breaker).toBe('open');
});

test('an observer hears what each request came to, without a word of it', async () => {
  const { events, ask, failWith } = gateAt();
  await ask(() => Promise.resolve(ANSWER));
  await failWith(down);
  expect(events).toEqual([
    { kind: 'request', provider: 'p', model: 'm', outcome: 'answered', durationMs: 0, inputTokens: 3, outputTokens: 1 },
    { kind: 'request', provider: 'p', model: 'm', outcome: 'ProviderUnavailable', durationMs: 0 },
  ]);
});
