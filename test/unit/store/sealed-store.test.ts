import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEncryptionKeys } from '../../../src/config/encryption-keys';
import type { ProviderAnswer } from '../../../src/contracts/model';
import { createCipher } from '../../../src/payloads/create-cipher';
import { createFileContentStore } from '../../../src/store/file-content-store';
import { createFileJournal } from '../../../src/store/file-journal';
import type { Journal, JournalKey } from '../../../src/store/journal';
import { keysOfStore, openSealing } from '../../../src/store/open-sealing';
import { keyLine } from '../../helpers/encryption-keys';

const [A, B, C] = [keyLine('a'), keyLine('b'), keyLine('c')];
const scope = { namespace: 'default', tenant: '_' };
const MARK = 'MARKED-TEXT-0001';
const never = new AbortController().signal;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sealed-'));
});
afterEach(() => rm(folder, { recursive: true }));

const cipherOf = (...lines: string[]) => createCipher(parseEncryptionKeys(lines.join(','), 'test'));
const sealingOf = (...lines: string[]) => openSealing(folder, lines.length > 0 ? cipherOf(...lines) : undefined);
const contentOf = async (...lines: string[]) => createFileContentStore(folder, await sealingOf(...lines));
const journalOf = async (...lines: string[]) => createFileJournal(folder, await sealingOf(...lines));
const text = (value: string) => Buffer.from(value, 'utf8');
const files = async (ending = '') =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => path.join(entry.parentPath, entry.name));

/** Every name and every byte below the folder, in one text. */
async function everything(): Promise<string> {
  const all = await files();
  return (await Promise.all(all.map(async (file) => `${file}\n${await readFile(file, 'latin1')}`))).join('\n');
}

describe('content', () => {
  test('keeps its plain hash as reference, and neither text nor hash on disk', async () => {
    const store = await contentOf(A);
    const reference = await store.put(scope, text(MARK), 'text/plain');
    const plain = await createFileContentStore(path.join(folder, 'plain')).put(scope, text(MARK), 'text/plain');
    expect(reference).toEqual(plain);
    await rm(path.join(folder, 'plain'), { recursive: true });
    expect(Buffer.from(await store.get(scope, reference)).toString()).toBe(MARK);
    const hash = reference.ref.slice(7);
    for (const part of [MARK, hash.slice(2, 20), hash.slice(20, 40)]) expect(await everything()).not.toContain(part);
  });

  test('the same text of two tenants has names that do not tell so', async () => {
    const store = await contentOf(A);
    await store.put(scope, text(MARK), 'text/plain');
    await store.put(scope, text(MARK), 'text/plain');
    await store.put({ ...scope, tenant: 'other' }, text(MARK), 'text/plain');
    const names = (await files()).filter((file) => file.includes('/sealed/')).map((file) => file.slice(-40));
    expect(names).toHaveLength(2);
    expect(new Set(names).size).toBe(2);
  });

  test('what was kept in clear before, or under an earlier key, is read; what is new has the first key', async () => {
    const before = await (await contentOf()).put(scope, text('before'), 'text/plain');
    const early = await (await contentOf(A)).put(scope, text('early'), 'text/plain');
    const store = await contentOf(B, A);
    expect(Buffer.from(await store.get(scope, before)).toString()).toBe('before');
    expect(Buffer.from(await store.get(scope, early)).toString()).toBe('early');
    const late = await store.put(scope, text('late'), 'text/plain');
    const onlyNew = await contentOf(B);
    expect(Buffer.from(await onlyNew.get(scope, late)).toString()).toBe('late');
    await expect(onlyNew.get(scope, early)).rejects.toMatchObject({
      type: 'EncryptionKeyMissing',
      message: expect.stringContaining('encrypted with the key "a"'),
    });
  });

  test('an object put in the place of another one, or of another tenant, is not taken for it', async () => {
    const store = await contentOf(A);
    const [one, other] = [text('one'), text('other')];
    const reference = await store.put(scope, one, 'text/plain');
    const [first = ''] = (await files()).filter((file) => file.includes('/sealed/'));
    await store.put(scope, other, 'text/plain');
    const [second = ''] = (await files()).filter((file) => file.includes('/sealed/') && file !== first);
    await rename(second, first);
    await expect(store.get(scope, reference)).rejects.toMatchObject({
      type: 'ContentMissing',
      message: expect.stringContaining('is damaged on disk'),
    });
  });
});

describe('journal', () => {
  const step = { namespace: 'default', workflowId: 'w', firstRunId: 'r', step: 's' };
  const key: JournalKey = { ...step, sample: 0, requestHash: 'a'.repeat(64) };
  const tokens = { inputTokens: 10, outputTokens: 2 };
  const answer: ProviderAnswer = { kind: 'chat', text: MARK, finishReason: 'stop', tokens };
  const cost = { model: 'gpt4', ...tokens, costNanoUsd: 36 };

  async function pay(journal: Journal): Promise<void> {
    const entry = await journal.open(key, never);
    if (entry.kind !== 'claimed') throw new Error('was answered already');
    await entry.sending({ ...cost, costNanoUsd: 900 });
    await entry.answered(answer, cost);
  }

  test('an answer lies sealed, and is read again with its cost', async () => {
    await pay(await journalOf(A));
    expect(await everything()).not.toContain(MARK);
    expect(await everything()).not.toContain('aaaaaaaa');
    const journal = await journalOf(A);
    await expect(journal.open(key, never)).resolves.toMatchObject({ kind: 'answered', answer });
    expect((await journal.usage(step)).byModel['gpt4']).toMatchObject({ calls: 1, costNanoUsd: 36, journalHits: 1 });
  });

  test.each([
    ['in clear', []],
    ['under an earlier key', [A]],
  ])('an answer that was paid %s is not paid again after a change of keys', async (_, earlier) => {
    await pay(await journalOf(...earlier));
    const journal = await journalOf(B, A);
    await expect(journal.open(key, never)).resolves.toMatchObject({ kind: 'answered', answer });
    expect((await journal.usage(step)).byModel['gpt4']).toMatchObject({ calls: 1, costNanoUsd: 36 });
  });

  test('two workers in the middle of a rotation do not both pay', async () => {
    const [one, other] = [await journalOf(A, B), await journalOf(B, A)];
    const entry = await one.open(key, never);
    const waiting = other.open(key, never);
    if (entry.kind !== 'claimed') throw new Error('was answered already');
    await entry.sending(cost);
    await entry.answered(answer, cost);
    await expect(waiting).resolves.toMatchObject({ kind: 'answered', answer });
  });

  test('without its key an answer is asked for by the id of the key, and not paid again', async () => {
    await pay(await journalOf(A));
    await sealingOf(B, A);
    const journal = await journalOf(B);
    await expect(journal.open(key, never)).rejects.toMatchObject({
      type: 'EncryptionKeyMissing',
      message: expect.stringContaining('"a"'),
    });
  });

  test('the answer of another step is not taken for this one', async () => {
    await pay(await journalOf(A));
    await cp(path.join(folder, 'journal/default/w/r/s'), path.join(folder, 'journal/default/w/r/t'), {
      recursive: true,
    });
    const refused = (await journalOf(A)).open({ ...key, step: 't' }, never);
    await expect(refused).rejects.toMatchObject({ type: 'StoreUnavailable', retryable: false });
  });
});

describe('the keys that a store knows', () => {
  const refusal = (type: string, message: RegExp) => ({
    type,
    field: 'CADENZA_ENCRYPTION_KEYS',
    message: expect.stringMatching(message),
  });

  test('a store that was never encrypted is opened without a key, and nothing is written', async () => {
    await expect(sealingOf()).resolves.toBeUndefined();
    expect(await files()).toEqual([]);
  });

  test('an encrypted store is not opened without keys, nor with others', async () => {
    await sealingOf(A);
    await expect(sealingOf()).rejects.toMatchObject(refusal('ConfigurationInvalid', /is encrypted \(key "a"\)/));
    await expect(sealingOf(B)).rejects.toMatchObject(
      refusal('ConfigurationInvalid', /last encrypted with the key "a"/),
    );
  });

  test('a rotation needs the old key once; after it the new one will do, and the old one will not', async () => {
    await sealingOf(A);
    const during = await sealingOf(B, A);
    const after = await sealingOf(B);
    expect(after?.nameOf('content', 'x')).toBe(during?.nameOf('content', 'x'));
    await expect(sealingOf(A)).rejects.toMatchObject(
      refusal('ConfigurationInvalid', /last encrypted with the key "b"/),
    );
    expect(await keysOfStore(folder)).toEqual(['b', 'a']);
  });

  test('another key under a known id is refused, and its bytes are not told', async () => {
    await sealingOf(A);
    const other = keyLine('a', 'other');
    const refused = sealingOf(other);
    await expect(refused).rejects.toMatchObject(refusal('ConfigurationInvalid', /"a" is not the one/));
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining(other.slice(2, 12)) });
  });

  test('those who open a new store at the same time agree on its names', async () => {
    const all = [A, B, C].join(',');
    const rings = Array.from({ length: 12 }, (_, at) => [
      ...all.split(',').slice(at % 3),
      ...all.split(',').slice(0, at % 3),
    ]);
    const opened = await Promise.all(rings.map((ring) => sealingOf(...ring)));
    expect(new Set(opened.map((sealing) => sealing?.nameOf('journal', 'x'))).size).toBe(1);
    expect((await keysOfStore(folder)).sort()).toEqual(['a', 'b', 'c']);
  });
});
