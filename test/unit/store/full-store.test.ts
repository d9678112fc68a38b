import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProviderAnswer } from '../../../src/contracts/model';
import { createFileBudgetLedger } from '../../../src/store/file-budget-ledger';
import { createFileContentStore } from '../../../src/store/file-content-store';
import { createFileJournal } from '../../../src/store/file-journal';
import { createFileResponseCache } from '../../../src/store/file-response-cache';

const never = new AbortController().signal;
const key = { namespace: 'n', workflowId: 'w', firstRunId: 'r', step: 's', sample: 0, requestHash: 'a'.repeat(64) };
const cost = { model: 'gpt', inputTokens: 1, outputTokens: 1, costNanoUsd: 1 };
const text = 'x'.repeat(5_000);
const answer: ProviderAnswer = {
  kind: 'chat',
  text,
  finishReason: 'stop',
  tokens: { inputTokens: 1, outputTokens: 1 },
};
const full = { type: 'StoreUnavailable', retryable: true, message: expect.stringContaining('ENOSPC') };

let folder: string;
let isMounted = false;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    isMounted = true;
  } catch {
    // Only root may, and not everywhere.
  }
});
afterAll(() => {
  if (isMounted) execFileSync('umount', [folder]);
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

const filler = () => path.join(folder, 'filler');
function fill(): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler(), Buffer.alloc(bavail * bsize));
}

test('on a full disk no call leaves, an answer that is there is not lost, and space makes it good again', async () => {
  if (!isMounted) return;
  const journal = createFileJournal(folder);
  const entry = await journal.open(key, never);
  if (entry.kind !== 'claimed') throw new Error('was answered already');
  await entry.sending(cost);
  fill();

  await expect(
    createFileContentStore(folder).put({ namespace: 'n', tenant: 't' }, Buffer.from(text), 'text/plain'),
  ).rejects.toMatchObject(full);
  await expect(journal.open({ ...key, step: 'other' }, never)).rejects.toMatchObject(full);
  const reservation = {
    id: '1',
    key: 'k',
    step: 's',
    model: 'gpt',
    worst: { costNanoUsd: 1, tokens: 1, calls: 1 },
    scopes: [],
  };
  await expect(createFileBudgetLedger(folder).reserve(key, reservation)).rejects.toMatchObject({
    type: 'StoreUnavailable',
  });
  const slot = await createFileResponseCache(folder).open({ ...key, tenant: 't' }, 60, never);
  expect(slot.kind).toBe('miss');
  if (slot.kind === 'miss') await slot.keep(answer);

  await expect(entry.answered(answer, cost)).resolves.toEqual({ answer, problem: 'ENOSPC' });

  rmSync(filler());
  const again = await journal.open(key, never);
  expect(again.kind).toBe('claimed');
  if (again.kind !== 'claimed') return;
  await again.sending(cost);
  const late = again.answered(answer, cost);
  await expect(late).resolves.toEqual({ answer });
  await expect(journal.open(key, never)).resolves.toMatchObject({ kind: 'answered', answer });
});
