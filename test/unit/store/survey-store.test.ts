import { mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFileContentStore } from '../../../src/store/file-content-store';
import { createFileJournal } from '../../../src/store/file-journal';
import { createFileResponseCache } from '../../../src/store/file-response-cache';
import { pruneStore } from '../../../src/store/prune-store';
import { surveyStore } from '../../../src/store/survey-store';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'survey-'));
});
afterEach(() => rm(folder, { recursive: true }));

const scope = { namespace: 'default', tenant: '_' };
const put = (text: string) => createFileContentStore(folder).put(scope, Buffer.from(text), 'text/plain');
const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
const old = new Date(Date.now() - 3 * 86_400_000);
const age = async () => Promise.all((await files()).map((file) => utimes(file, old, old)));
const claim = () =>
  createFileJournal(folder).open(
    { namespace: 'default', workflowId: 'w', firstRunId: 'r', step: 's', sample: 0, requestHash: 'a'.repeat(64) },
    new AbortController().signal,
  );
const rules = { namespace: 'default', dryRun: false, keepsRun: async () => true, keepsContent: () => false };

test('counts by kind and namespace, and tells what is left over', async () => {
  await put('one');
  await createFileContentStore(folder).put({ ...scope, namespace: 'other' }, Buffer.from('three'), 'text/plain');
  const entry = await claim();
  const held = await surveyStore(folder);
  expect(held).toMatchObject({ leftClaims: 0, damaged: { count: 0 }, encryption: null });
  expect(held.shares).toEqual(
    expect.arrayContaining([
      { area: 'content', namespace: 'default', files: 1, bytes: 3 },
      { area: 'content', namespace: 'other', files: 1, bytes: 5 },
    ]),
  );
  await age();
  expect(await surveyStore(folder)).toMatchObject({ leftClaims: 1 });
  if (entry.kind === 'claimed') await entry.failed('refused');
});

test('an empty file is damaged at once, a changed one where every file is read', async () => {
  await put('one');
  const [file = ''] = await files();
  await writeFile(file, 'two');
  expect(await surveyStore(folder)).toMatchObject({ damaged: { count: 0 } });
  expect(await surveyStore(folder, { verify: true })).toMatchObject({
    damaged: { count: 1, files: [path.relative(folder, file)] },
  });
  await truncate(file);
  expect(await surveyStore(folder)).toMatchObject({ damaged: { count: 1 } });
});

test('pruning takes old content that nothing refers to, and what is put again in time stays', async () => {
  await put('one');
  await put('two');
  expect(await pruneStore(folder, rules)).toMatchObject({ content: { files: 0 } });
  await age();
  await put('two');
  expect(await pruneStore(folder, { ...rules, dryRun: true })).toMatchObject({ content: { files: 1, bytes: 3 } });
  expect(await files()).toHaveLength(2);
  expect(await pruneStore(folder, rules)).toMatchObject({ content: { files: 1, bytes: 3 } });
  expect(await files()).toHaveLength(1);
});

test('pruning takes answers whose time is over, and leaves other namespaces alone', async () => {
  const cache = createFileResponseCache(folder);
  const keep = async (namespace: string, ttlSeconds: number) => {
    const key = { namespace, tenant: '_', sample: 0, requestHash: String(ttlSeconds) };
    const slot = await cache.open(key, ttlSeconds, new AbortController().signal);
    if (slot.kind === 'miss') {
      await slot.keep({ kind: 'embedding', embedding: [1], tokens: { inputTokens: 1, outputTokens: 0 } });
    }
  };
  await keep('default', 0.001);
  await keep('default', 60);
  await keep('other', 0.001);
  expect(await surveyStore(folder)).toMatchObject({ expiredAnswers: 2 });
  expect(await pruneStore(folder, rules)).toMatchObject({ cache: { files: 1 } });
  expect(await files()).toHaveLength(2);
});
