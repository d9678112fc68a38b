import type { FileHandle } from 'node:fs/promises';
import { appendFile, mkdtemp, open, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderAnswer } from '../../../src/contracts/model';
import { createFileJournal } from '../../../src/store/file-journal';
import type { Claim, Journal, JournalKey } from '../../../src/store/journal';
import { surveyStore } from '../../../src/store/survey-store';

const step = { namespace: 'default', workflowId: 'pipeline-1', firstRunId: 'run-1', step: 'classify' };
const key: JournalKey = { ...step, sample: 0, requestHash: 'a'.repeat(64) };
const answer: ProviderAnswer = {
  kind: 'chat',
  text: 'yes',
  finishReason: 'stop',
  tokens: { inputTokens: 10, outputTokens: 2 },
};
const worstCase = { model: 'gpt4', inputTokens: 100, outputTokens: 50, costNanoUsd: 900 };
const cost = { model: 'gpt4', inputTokens: 10, outputTokens: 2, costNanoUsd: 36 };
const never = new AbortController().signal;

let folder: string;
let journal: Journal;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'journal-'));
  journal = createFileJournal(folder);
});
afterEach(() => rm(folder, { recursive: true }));

async function claim(given: JournalKey = key): Promise<Claim> {
  const entry = await journal.open(given, never);
  if (entry.kind !== 'claimed') throw new Error('was answered already');
  return entry;
}

const fileOf = async (ending: string) => {
  const files = await readdir(folder, { recursive: true });
  return path.join(folder, files.find((name) => name.endsWith(ending)) ?? 'none');
};

describe('journal', () => {
  test('an answer that was written is read instead of asked for again', async () => {
    const first = await claim();
    await first.sending(worstCase);
    await first.answered(answer, cost);
    await expect(createFileJournal(folder).open(key, never)).resolves.toMatchObject({ kind: 'answered', answer });
  });

  test.each([
    ['request', { ...key, requestHash: 'b'.repeat(64) }],
    ['sample', { ...key, sample: 1 }],
    ['step', { ...key, step: 'other' }],
    ['run', { ...key, firstRunId: 'run-2' }],
    ['workflow', { ...key, workflowId: 'pipeline-2' }],
    ['namespace', { ...key, namespace: 'other' }],
  ])('a changed %s never gets that answer', async (_part, other) => {
    const first = await claim();
    await first.sending(worstCase);
    await first.answered(answer, cost);
    const second = await claim(other);
    await second.failed('refused');
  });

  test('of two attempts that race one gets the claim and the other its answer', async () => {
    const first = await claim();
    await first.sending(worstCase);
    let settled = false;
    const second = journal.open(key, never).finally(() => (settled = true));
    await sleep(300);
    expect(settled).toBe(false);
    await first.answered(answer, cost);
    await expect(second).resolves.toMatchObject({ kind: 'answered', answer });
  });

  test('twenty attempts at once send one request', async () => {
    let sent = 0;
    const attempt = async () => {
      const entry = await createFileJournal(folder).open(key, never);
      if (entry.kind === 'answered') return entry.answer;
      sent += 1;
      await entry.sending(worstCase);
      await sleep(50);
      await entry.answered(answer, cost);
      return answer;
    };
    await expect(Promise.all(Array.from({ length: 20 }, attempt))).resolves.toEqual(Array(20).fill(answer));
    expect(sent).toBe(1);
  });

  test('a claim whose holder died is taken over when its lease runs out', async () => {
    const dead = await claim();
    await dead.sending(worstCase);
    const old = new Date(Date.now() - 60_000);
    await utimes(await fileOf('.claim'), old, old);
    const next = await claim();
    await next.sending(worstCase);
    await next.answered(answer, cost);
    // Nobody knows whether it was answered: cut on the wire, at its worst case.
    await expect(journal.usage(step)).resolves.toMatchObject({
      byModel: { gpt4: { calls: 2, cutCalls: 1, costNanoUsd: 900 + 36 } },
    });
    await dead.failed('unknown');
  });

  test('an answer is on disk, file and folder, when it is said to be there', async () => {
    const first = await claim();
    await first.sending(worstCase);
    const handle = await open(folder, 'r');
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const order: string[] = [];
    const sync = jest.spyOn(prototype, 'sync');
    sync.mockImplementation(async function (this: FileHandle) {
      const isFolder = (await this.stat()).isDirectory();
      // The name of the answer comes between the two.
      const isThere = !(await fileOf('.json')).endsWith('none');
      order.push(`${isFolder ? 'folder' : 'file'} ${isThere ? 'with' : 'without'} its name`);
    });
    try {
      await first.answered(answer, cost);
      expect(order).toEqual(['file without its name', 'folder with its name']);
    } finally {
      sync.mockRestore();
    }
  });

  test('a holder whose lease ran out neither frees the next one nor replaces its answer', async () => {
    const late = await claim();
    await late.sending(worstCase);
    const old = new Date(Date.now() - 60_000);
    await utimes(await fileOf('.claim'), old, old);
    const next = await claim();
    await next.sending(worstCase);
    const other: ProviderAnswer = { ...answer, text: 'late' };
    await expect(late.answered(other, cost)).resolves.toEqual({ answer: other });
    const third = journal.open(key, AbortSignal.timeout(1_000));
    await expect(third).resolves.toMatchObject({ kind: 'answered', answer: other });
    await expect(next.answered(answer, cost)).resolves.toEqual({ answer: other });
    await expect(journal.usage(step)).resolves.toMatchObject({
      byModel: { gpt4: { calls: 2, cutCalls: 0, costNanoUsd: 72 } },
    });
  });

  test('a late failure does not free the claim of the next one', async () => {
    const late = await claim();
    const old = new Date(Date.now() - 60_000);
    await utimes(await fileOf('.claim'), old, old);
    const next = await claim();
    await late.failed('unknown');
    await expect(journal.open(key, AbortSignal.timeout(500))).rejects.toThrow();
    await next.failed('refused');
  });

  test('a line that a crash cut short does not swallow the next', async () => {
    const first = await claim();
    await first.sending(worstCase);
    await first.failed('refused');
    await appendFile(await fileOf('.log'), '{"state":"sent","id":"torn');
    const second = await claim();
    await second.sending(worstCase);
    await second.failed('refused');
    await expect(journal.usage(step)).resolves.toMatchObject({ byModel: { gpt4: { calls: 2 } } });
  });

  test.each(['', '{}', 'null', '{"id":"x","cost":{"model":"m"}}'])(
    'a damaged answer (%j) is told by its file, and never paid for again',
    async (content) => {
      const first = await claim();
      await first.sending(worstCase);
      await first.answered(answer, cost);
      await writeFile(await fileOf('.json'), content);
      await expect(journal.open(key, never)).rejects.toMatchObject({
        type: 'StoreUnavailable',
        retryable: false,
        message: expect.stringMatching(/journal entry classify.*is damaged/),
      });
    },
  );

  test('a claim is renewed while its holder lives', async () => {
    const holder = await claim();
    const waiter = new AbortController();
    const second = journal.open(key, waiter.signal);
    await sleep(5_000);
    waiter.abort(new Error('stopped waiting'));
    await expect(second).rejects.toThrow('stopped waiting');
    await holder.failed('refused');
  }, 10_000);

  test('counts answered calls at their price, refused ones as free, cut ones apart at their worst case', async () => {
    const refused = await claim();
    await refused.sending(worstCase);
    await refused.failed('refused');
    const unknown = await claim();
    await unknown.sending(worstCase);
    await unknown.failed('unknown');
    const answered = await claim();
    await answered.sending(worstCase);
    await answered.answered(answer, cost);
    const cut = await claim({ ...key, requestHash: 'c'.repeat(64) });
    await cut.sending(worstCase);
    await journal.open(key, never);
    await expect(journal.usage(step)).resolves.toEqual({
      byModel: {
        gpt4: {
          calls: 4,
          cutCalls: 2,
          inputTokens: 10,
          outputTokens: 2,
          costNanoUsd: 900 + 900 + 36,
          journalHits: 1,
          cacheHits: 0,
        },
      },
    });
    await cut.failed('unknown');
  });

  test('a step has used what was asked inside it too, each call once, and nothing of its neighbours', async () => {
    const ask = async (name: string) => {
      const asked = await claim({ ...key, step: name });
      await asked.sending(worstCase);
      await asked.answered(answer, cost);
    };
    const inside = ['sub/a', 'sub/inner/b', 'sub/inner/members[0]/c', 'sub/list[1]/d', 'sub/list[1]/e'];
    for (const name of [...inside, 'sub', 'subject/a', 'sub[1]/a', 'other/sub/a']) await ask(name);
    const callsOf = async (name: string) => (await journal.usage({ ...step, step: name })).byModel['gpt4']?.calls;
    await expect(Promise.all(['sub', 'sub/inner', 'sub/list[1]', 'sub/list', 'sub/a'].map(callsOf))).resolves.toEqual([
      6,
      2,
      2,
      undefined,
      1,
    ]);
    await expect(surveyStore(folder, { verify: true })).resolves.toMatchObject({ damaged: { count: 0 } });
  });

  test('a step without calls has used nothing', async () => {
    await expect(journal.usage(step)).resolves.toEqual({ byModel: {} });
  });
});

test('an answer that can not be written for a while is kept, and one that never can comes back with the problem', async () => {
  const [late, lost] = [await claim(), await claim({ ...key, sample: 1 })];
  await Promise.all([late.sending(worstCase), lost.sending(worstCase)]);
  const home = path.dirname(await fileOf('.claim'));
  const takeAway = async () => {
    await rename(home, `${home}-away`);
    await writeFile(home, 'no folder');
  };
  await takeAway();
  const written = late.answered(answer, cost);
  await sleep(500);
  await rm(home);
  await rename(`${home}-away`, home);
  await expect(written).resolves.toEqual({ answer });
  await takeAway();
  await expect(lost.answered(answer, cost)).resolves.toEqual({ answer, problem: expect.stringMatching(/^E/) });
});
