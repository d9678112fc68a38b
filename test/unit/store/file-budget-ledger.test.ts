import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Reservation } from '../../../src/store/budget-ledger';
import { createFileBudgetLedger } from '../../../src/store/file-budget-ledger';

const RUN = { namespace: 'default', workflowId: 'pipeline-1', firstRunId: 'run-1' };

let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'cadenza-ledger-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const call = (id: string, more: Partial<Reservation> = {}): Reservation => ({
  id,
  key: id,
  step: 'ask',
  model: 'gpt',
  worst: { costNanoUsd: 10, tokens: 5, calls: 1 },
  scopes: [{ scope: '', caps: { costNanoUsd: 100 } }],
  ...more,
});

async function ledgerFile(): Promise<string> {
  const files = await readdir(folder, { recursive: true });
  return path.join(folder, files.find((file) => file.endsWith('.log')) as string);
}

test('two hundred calls at once from four Workers get what the cap allows, and no more', async () => {
  const workers = Array.from({ length: 4 }, () => createFileBudgetLedger(folder));
  const asked = Array.from({ length: 200 }, (_, index) =>
    (workers[index % 4] as (typeof workers)[0]).reserve(RUN, call(`call-${index}`)),
  );
  const refusals = await Promise.all(asked);
  expect(refusals.filter((refusal) => refusal === undefined)).toHaveLength(10);
  expect(refusals.find((refusal) => refusal !== undefined)).toMatchObject({
    scope: '',
    short: 'costNanoUsd',
    cap: 100,
    left: 0,
    needed: 10,
  });
  for (const worker of [...workers, createFileBudgetLedger(folder)]) {
    await expect(worker.state(RUN, '')).resolves.toMatchObject({ reserved: { costNanoUsd: 100 }, refused: 190 });
  }
});

test('what a call did not use is free again for the next one, in another Worker', async () => {
  const [one, other] = [createFileBudgetLedger(folder), createFileBudgetLedger(folder)];
  const whole = { worst: { costNanoUsd: 100, tokens: 1, calls: 1 } };
  await expect(one.reserve(RUN, call('a', whole))).resolves.toBeUndefined();
  await expect(other.reserve(RUN, call('b'))).resolves.toMatchObject({ left: 0 });
  await one.settle(RUN, 'a', { costNanoUsd: 40, tokens: 1, calls: 1 });
  await expect(other.reserve(RUN, call('c'))).resolves.toBeUndefined();
});

test('a call that nobody ended counts at its worst case, and another attempt at it is one more', async () => {
  await createFileBudgetLedger(folder).reserve(RUN, call('a', { key: 'same' }));
  const later = createFileBudgetLedger(folder);
  await later.reserve(RUN, call('b', { key: 'same' }));
  await later.settle(RUN, 'b', { costNanoUsd: 3, tokens: 2, calls: 1 });
  await expect(later.state(RUN, '')).resolves.toMatchObject({
    settled: { costNanoUsd: 3, calls: 1 },
    unknown: { costNanoUsd: 10, calls: 1 },
    reserved: { costNanoUsd: 0, calls: 0 },
  });
});

test('a line that a crash cut short, and a line of nonsense, are nobody’s reservation', async () => {
  const ledger = createFileBudgetLedger(folder);
  await ledger.reserve(RUN, call('a'));
  await appendFile(await ledgerFile(), '\n{"is":"reserve","id":"cut","wor');
  await ledger.reserve(RUN, call('b'));
  await appendFile(await ledgerFile(), '\n{"is":"reserve","id":"x"}\nnull\n[1]\n');
  await ledger.reserve(RUN, call('c'));
  for (const reader of [ledger, createFileBudgetLedger(folder)]) {
    await expect(reader.state(RUN, '')).resolves.toMatchObject({ reserved: { costNanoUsd: 30, calls: 3 } });
  }
});

test.each(['', 'cut', 'x'.repeat(150)])('a file that has become shorter lets no call leave: %j', async (left) => {
  const ledger = createFileBudgetLedger(folder);
  for (const id of ['a', 'b', 'c']) await ledger.reserve(RUN, call(id));
  await writeFile(await ledgerFile(), left);
  for (const id of ['d', 'e', 'f', 'g']) {
    await expect(ledger.reserve(RUN, call(id))).rejects.toMatchObject({ type: 'StoreUnavailable', retryable: false });
  }
});

test('a raised cap counts for every Worker and every call after it, whatever the call brings along', async () => {
  const [one, other] = [createFileBudgetLedger(folder), createFileBudgetLedger(folder)];
  const small = { scopes: [{ scope: '', caps: { calls: 1 } }] };
  await one.reserve(RUN, call('a', small));
  await expect(other.reserve(RUN, call('b', small))).resolves.toMatchObject({ short: 'calls' });
  await one.raise(RUN, '', { calls: 2 });
  await expect(other.reserve(RUN, call('c', small))).resolves.toBeUndefined();
  await expect(other.reserve(RUN, call('d', small))).resolves.toMatchObject({ cap: 2 });
});

test('a call has to fit the budget of its own pattern and that of the run around it', async () => {
  const ledger = createFileBudgetLedger(folder);
  const scopes = [
    { scope: '', caps: { calls: 3 } },
    { scope: 'inner/', caps: { calls: 1 } },
  ];
  await expect(ledger.reserve(RUN, call('a', { scopes, step: 'inner/ask' }))).resolves.toBeUndefined();
  await expect(ledger.reserve(RUN, call('b', { scopes, step: 'inner/ask' }))).resolves.toMatchObject({
    scope: 'inner/',
  });
  const outer = { scopes: scopes.slice(0, 1) };
  await expect(ledger.reserve(RUN, call('c', outer))).resolves.toBeUndefined();
  await expect(ledger.reserve(RUN, call('d', outer))).resolves.toBeUndefined();
  await expect(ledger.reserve(RUN, call('e', outer))).resolves.toMatchObject({ scope: '' });
  await expect(ledger.state(RUN, '')).resolves.toMatchObject({
    byStep: { inner: { reserved: { calls: 1 } }, ask: { reserved: { calls: 2 } } },
    byModel: { gpt: { reserved: { calls: 3 } } },
  });
});

test('a folder that can not be written lets no call leave', async () => {
  const file = path.join(folder, 'a-file');
  await writeFile(file, '');
  const ledger = createFileBudgetLedger(file);
  await expect(ledger.reserve(RUN, call('a'))).rejects.toMatchObject({ type: 'StoreUnavailable' });
});
