import { createSecretKey, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderAnswer } from '../../../src/contracts/model';
import { createCipher } from '../../../src/payloads/create-cipher';
import { createFileResponseCache } from '../../../src/store/file-response-cache';
import { openSealing } from '../../../src/store/open-sealing';
import type { CacheKey, CacheSlot, ResponseCache } from '../../../src/store/response-cache';
import { findMarks } from '../../helpers/find-marks';

const key: CacheKey = { namespace: 'default', tenant: 'acme', sample: 0, requestHash: 'a'.repeat(64) };
const answer: ProviderAnswer = {
  kind: 'chat',
  text: 'MarkedAnswer0123456789',
  finishReason: 'stop',
  tokens: { inputTokens: 10, outputTokens: 2 },
};
const never = new AbortController().signal;

let folder: string;
let cache: ResponseCache;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cache-'));
  cache = createFileResponseCache(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const open = (given: CacheKey = key, ttlSeconds = 60, of = cache) => of.open(given, ttlSeconds, never);
const miss = async (given: CacheKey = key, of = cache): Promise<Extract<CacheSlot, { kind: 'miss' }>> => {
  const slot = await open(given, 60, of);
  if (slot.kind === 'hit') throw new Error('was there already');
  return slot;
};
const keep = async (of = cache) => (await miss(key, of)).keep(answer);
const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
const entry = async () =>
  (await files()).find((file) => /\.(?:json|sealed)$/.test(file) && file.includes('cache')) ?? '';

test('what was kept is there for the same request, and nothing is left over', async () => {
  await keep();
  await expect(open()).resolves.toEqual({ kind: 'hit', answer });
  await expect(files()).resolves.toHaveLength(1);
});

test.each([
  ['request', { requestHash: 'b'.repeat(64) }],
  ['sample', { sample: 1 }],
  ['tenant', { tenant: 'other' }],
  ['namespace', { namespace: 'other' }],
  ['run', { run: { workflowId: 'w', firstRunId: 'r' } }],
])('another %s has another answer', async (_what, other) => {
  await keep();
  const slot = await miss({ ...key, ...other });
  await slot.release();
});

test('an answer counts for as long as the one who kept it and the one who asks allow', async () => {
  const slot = await miss();
  await slot.keep(answer);
  jest.useFakeTimers({
    now: Date.now() + 30_000,
    doNotFake: ['setTimeout', 'setInterval', 'setImmediate', 'nextTick'],
  });
  try {
    await expect(open(key, 31)).resolves.toMatchObject({ kind: 'hit' });
    const tooOld = await open(key, 29);
    expect(tooOld.kind).toBe('miss');
    if (tooOld.kind === 'miss') await tooOld.release();
    jest.setSystemTime(Date.now() + 31_000);
    const over = await open(key, 3_600);
    expect(over.kind).toBe('miss');
    if (over.kind === 'miss') await over.release();
  } finally {
    jest.useRealTimers();
  }
});

test('of twenty who ask at once one asks the model', async () => {
  let asked = 0;
  const ask = async () => {
    const slot = await open(key, 60, createFileResponseCache(folder));
    if (slot.kind === 'hit') return slot.answer;
    asked += 1;
    await sleep(50);
    await slot.keep(answer);
    return answer;
  };
  await expect(Promise.all(Array.from({ length: 20 }, ask))).resolves.toEqual(Array(20).fill(answer));
  expect(asked).toBe(1);
});

test('who waits gets its turn when the one before has no answer', async () => {
  const first = await miss();
  const second = open();
  await sleep(150);
  await first.release();
  await expect(second).resolves.toMatchObject({ kind: 'miss' });
  const slot = await second;
  if (slot.kind === 'miss') await slot.release();
});

test('who waits stops when it is told to', async () => {
  const first = await miss();
  await expect(cache.open(key, 60, AbortSignal.timeout(150))).rejects.toThrow();
  await first.release();
});

test.each(['', '{}', '{"at":1}\n', 'null\nnull'])(
  'a damaged entry (%j) is a miss, and is replaced',
  async (content) => {
    await keep();
    await writeFile(await entry(), content);
    await (await miss()).keep(answer);
    await expect(open()).resolves.toEqual({ kind: 'hit', answer });
  },
);

test('an entry with one changed letter is a miss', async () => {
  await keep();
  const file = await entry();
  await writeFile(file, (await readFile(file, 'utf8')).replace('Marked', 'marked'));
  await (await miss()).release();
});

test('a cache that can not be written fails no call', async () => {
  await writeFile(path.join(folder, 'cache'), 'not a folder');
  const slot = await miss();
  await expect(slot.keep(answer)).resolves.toBeUndefined();
  await chmod(path.join(folder, 'cache'), 0o600);
});

test('with keys nothing of an answer can be read, and an older key still opens it', async () => {
  const keys = ['one', 'two'].map((id) => ({ id, key: createSecretKey(randomBytes(32)) }));
  const [first] = keys as [(typeof keys)[0]];
  const sealed = createFileResponseCache(folder, await openSealing(folder, createCipher([first])));
  await keep(sealed);
  const text = (await Promise.all((await files()).map((file) => readFile(file, 'latin1')))).join('');
  expect(findMarks(text, ['MarkedAnswer0123456789'])).toEqual([]);
  const rotated = createFileResponseCache(folder, await openSealing(folder, createCipher([...keys].reverse())));
  await expect(open(key, 60, rotated)).resolves.toEqual({ kind: 'hit', answer });
  // Neither in clear nor for another request: the name and the times are bound.
  const other = { ...key, sample: 1 };
  await (await miss(other, sealed)).keep({ ...answer, text: 'other' });
  const [one, two] = (await files()).filter((file) => file.includes(`${path.sep}cache${path.sep}`)) as [string, string];
  await writeFile(one, await readFile(two));
  await writeFile(two, await readFile(one));
  const slots = await Promise.all([open(key, 60, sealed), open(other, 60, sealed)]);
  expect(slots.map(({ kind }) => kind).sort()).toEqual(['hit', 'miss']);
  for (const slot of slots) if (slot.kind === 'miss') await slot.release();
});
