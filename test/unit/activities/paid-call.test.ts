import { MockActivityEnvironment } from '@temporalio/testing';
import { createPaidCall } from '../../../src/activities/paid-call';
import { toApplicationFailure } from '../../../src/activities/to-application-failure';
import { CadenzaError } from '../../../src/contracts/failures';
import type { CompletionRequest, PinnedModel, ProviderAnswer } from '../../../src/contracts/model';
import type { Claim, Journal } from '../../../src/store/journal';

const model: PinnedModel = { name: 'gpt', provider: 'p', model: 'gpt-test', price: { input: 1, output: 2 } };
const MARK = 'PaidCallMark';
const request: CompletionRequest = {
  kind: 'chat',
  messages: [{ role: 'user', content: MARK }],
  temperature: 0,
  maxOutputTokens: 10,
};
const answer: ProviderAnswer = {
  kind: 'chat',
  text: MARK,
  finishReason: 'stop',
  tokens: { inputTokens: 1, outputTokens: 1 },
};
const down = () => new CadenzaError('StoreUnavailable', 'the journal could not be written (EIO)');

/** A store that behaves as usual, but for what is given; what was done with it, in order. */
async function call(store: Partial<Claim> = {}, open?: Journal['open']) {
  const done: string[] = [];
  const warnings: string[] = [];
  const noted =
    <A extends unknown[], R>(name: string, work: (...given: A) => Promise<R>) =>
    (...given: A) => {
      done.push(name);
      return work(...given);
    };
  const claim: Claim = {
    kind: 'claimed',
    id: '1',
    name: 'n',
    sending: noted('sending', store.sending ?? (() => Promise.resolve())),
    answered: noted('answered', store.answered ?? (() => Promise.resolve({ answer }))),
    failed: noted('failed', store.failed ?? (() => Promise.resolve())),
  };
  const journal: Journal = {
    open: noted('open', open ?? (() => Promise.resolve(claim))),
    tries: () => Promise.resolve([]),
    noteTry: () => Promise.resolve(),
    usage: () => Promise.resolve({ byModel: {} }),
  };
  const step = { namespace: 'n', workflowId: 'w', firstRunId: 'r', step: 's' };
  const guard = createPaidCall({ journal, step, model, sample: 0, signal: new AbortController().signal });
  const send = noted('sent', () => Promise.resolve(answer));
  const ignored = () => undefined;
  const logger = {
    ...{ trace: ignored, debug: ignored, info: ignored, error: ignored, log: ignored },
    warn: (message: string, fields?: object) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  const worst = { inputTokens: 5, outputTokens: 10 };
  const work = () => guard(request, send, worst, () => Promise.resolve());
  const outcome = new MockActivityEnvironment(undefined, { logger }).run(work).then(
    (value) => value,
    (error: unknown) => toApplicationFailure(error),
  );
  return { outcome: await outcome, done, warnings };
}

test('a call is noted before it leaves, and its answer is on disk before anybody sees it', async () => {
  let isOnDisk = false;
  const { outcome, done } = await call({
    answered: async (given) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      isOnDisk = true;
      return { answer: given };
    },
  });
  expect({ outcome, isOnDisk }).toEqual({ outcome: answer, isOnDisk: true });
  expect(done).toEqual(['open', 'sending', 'sent', 'answered']);
});

test('a store that is down before a call leaves: nothing is sent, and the Activity is tried again', async () => {
  const refused = { type: 'StoreUnavailable', nonRetryable: false };
  const closed = await call({}, () => Promise.reject(down()));
  expect(closed).toMatchObject({ outcome: refused, done: ['open'] });
  const full = await call({ sending: () => Promise.reject(down()) });
  expect(full).toMatchObject({ outcome: refused, done: ['open', 'sending', 'failed'] });
});

test('a store that fails when the answer is there: the run goes on with it, and the Worker says so without its words', async () => {
  const { outcome, warnings } = await call({
    answered: (given) => Promise.resolve({ answer: given, problem: 'ENOSPC' }),
  });
  expect(outcome).toEqual(answer);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('an answer could not be journalled');
  expect(warnings[0]).toContain('ENOSPC');
  expect(warnings[0]).not.toContain(MARK);
});
