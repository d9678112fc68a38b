import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFileContentStore } from '../../../src/store/file-content-store';
import { storeDocument } from '../../../src/store/store-document';

const scope = { namespace: 'default', tenant: '_' };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'store-'));
});
afterEach(() => rm(folder, { recursive: true }));

const text = (value: string) => Buffer.from(value, 'utf8');
const filesIn = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

describe('content store', () => {
  test('gives back what was put, by its hash', async () => {
    const store = createFileContentStore(folder);
    const reference = await store.put(scope, text('hello'), 'text/plain');
    expect(reference).toEqual({
      ref: 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      bytes: 5,
      mediaType: 'text/plain',
    });
    expect(Buffer.from(await store.get(scope, reference)).toString()).toBe('hello');
  });

  test('keeps the same bytes once and leaves no temporary file', async () => {
    const store = createFileContentStore(folder);
    await Promise.all(Array.from({ length: 20 }, () => store.put(scope, text('same'), 'text/plain')));
    expect(await filesIn()).toHaveLength(1);
  });

  test.each([
    ['namespace', { ...scope, namespace: 'other' }],
    ['tenant', { ...scope, tenant: 'other' }],
  ])('refuses content of another %s as if it were not there', async (_part, other) => {
    const store = createFileContentStore(folder);
    const reference = await store.put(scope, text('secret'), 'text/plain');
    await expect(store.get(other, reference)).rejects.toMatchObject({ type: 'ContentMissing' });
  });

  test('a namespace or tenant can not climb out of the folder', async () => {
    const store = createFileContentStore(path.join(folder, 'inner'));
    await store.put({ namespace: '../../escape', tenant: '..' }, text('x'), 'text/plain');
    expect(await readdir(folder)).toEqual(['inner']);
  });

  test('damaged content is not served', async () => {
    const store = createFileContentStore(folder);
    const reference = await store.put(scope, text('good'), 'text/plain');
    const [file] = await filesIn();
    await writeFile(path.join(file?.parentPath ?? '', file?.name ?? ''), 'evil');
    await expect(store.get(scope, reference)).rejects.toMatchObject({ type: 'ContentMissing' });
  });

  test('a folder that can not be written is StoreUnavailable', async () => {
    await writeFile(path.join(folder, 'file'), '');
    const store = createFileContentStore(path.join(folder, 'file'));
    await expect(store.put(scope, text('x'), 'text/plain')).rejects.toMatchObject({
      type: 'StoreUnavailable',
      retryable: true,
    });
  });
});

describe('documents', () => {
  const put = (file: string) => storeDocument(createFileContentStore(folder), scope, file);

  test('are stored with name and media type', async () => {
    const file = path.join(folder, 'invoice.PDF');
    await writeFile(file, '%PDF-1.4');
    await expect(put(file)).resolves.toMatchObject({ name: 'invoice.PDF', mediaType: 'application/pdf', bytes: 8 });
  });

  test('that are missing, empty or folders are refused by name and reason', async () => {
    await writeFile(path.join(folder, 'empty.txt'), '');
    await expect(put(path.join(folder, 'none.txt'))).rejects.toMatchObject({ type: 'DocumentMissing' });
    await expect(put(path.join(folder, 'empty.txt'))).rejects.toMatchObject({
      type: 'DocumentEmpty',
      message: expect.stringContaining('empty.txt is empty'),
    });
    await expect(put(folder)).rejects.toMatchObject({
      type: 'DocumentUnreadable',
      message: expect.stringContaining('is a folder'),
    });
  });
});
