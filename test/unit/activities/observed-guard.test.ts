import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cachedJournal } from '../../../src/activities/cached-journal';
import { observedGuard } from '../../../src/activities/observed-guard';
import { createPaidCall } from '../../../src/activities/paid-call';
import type { CadenzaError } from '../../../src/contracts/failures';
import type { CompletionRequest, PinnedModel } from '../../../src/contracts/model';
import type { CallObserver } from '../../../src/contracts/observed-run';
import type { Send } from '../../../src/gateway/gateway';
import { createFileJournal } from '../../../src/store/file-journal';
import { createFileResponseCache } from '../../../src/store/file-response-cache';
import { allObservers } from '../../../src/telemetry/all-observers';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cadenza-observed-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const model: PinnedModel = {
  name: 'gpt',
  provider: 'p',
  model: 'gpt-test',
  cache: { ttlSeconds: 60, shared: 'tenant', sampled: false },
};
const request: CompletionRequest = { kind: 'chat', messages: [], temperature: 0, maxOutputTokens: 10 };
const worst = { inputTokens: 1, outputTokens: 1 };
const answered: Send = () =>
  Promise.resolve({ kind: 'chat', text: 'yes', finishReason: 'stop', tokens: { inputTokens: 1, outputTokens: 1 } });

/** One call of a step, and what the observer was told of it. */
async function call(step: string, send: Send, observe: (seen: string[]) => CallObserver = noting): Promise<string[]> {
  const seen: string[] = [];
  const journal = createFileJournal(folder);
  const cache = createFileResponseCache(folder);
  const ofStep = { namespace: 'n', workflowId: 'w', firstRunId: 'r', step };
  const { signal } = new AbortController();
  const about = { model, step, sample: 0, workflowType: 'chain' };
  const guard = observedGuard(about, observe(seen), journal, (entries) =>
    createPaidCall({
      journal: cachedJournal(entries, cache, { model, tenant: 't', request }),
      step: ofStep,
      model,
      sample: 0,
      signal,
    }),
  );
  await guard(request, send, worst, () => Promise.resolve()).catch((error: CadenzaError) => seen.push(error.type));
  return seen;
}

function noting(seen: string[]): CallObserver {
  return {
    async request(_call, send) {
      const answer = await send();
      seen.push('request');
      return answer;
    },
    hit: (_call, source) => void seen.push(source),
    refused: (_call, type) => void seen.push(`refused ${type}`),
  };
}

test('an observer is told where an answer comes from: a request, the journal, or the cache', async () => {
  expect(await call('first', answered)).toEqual(['request']);
  expect(await call('first', answered)).toEqual(['journal']);
  expect(await call('second', answered)).toEqual(['cache']);
  expect(await call('second', answered)).toEqual(['journal']);
});

test('an observer that throws loses no answer', async () => {
  const broken = (): CallObserver => {
    const fail = () => {
      throw new Error('no metrics');
    };
    return allObservers([{ request: (_call, send) => send(), hit: fail, refused: fail }]) as CallObserver;
  };
  expect(await call('first', answered, broken)).toEqual([]);
});
