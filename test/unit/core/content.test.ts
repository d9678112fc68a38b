import type { ContentReference } from '../../../src/contracts/content';
import type { JsonValue } from '../../../src/contracts/json';
import { loadStored } from '../../../src/core/content/load-stored';
import { storeLarge } from '../../../src/core/content/store-large';

const long = 'x'.repeat(10_000);

function memory() {
  const texts = new Map<string, string>();
  return {
    texts,
    put: (text: string, mediaType: string): Promise<ContentReference> => {
      const ref = `sha256:${String(texts.size).padStart(64, '0')}` as const;
      texts.set(ref, text);
      return Promise.resolve({ ref, bytes: text.length, mediaType });
    },
    get: ({ ref }: ContentReference) => Promise.resolve(texts.get(ref) ?? ''),
  };
}

describe('large values', () => {
  test.each<[string, JsonValue]>([
    ['a long text', long],
    ['a text beside small facts', { text: long, pages: 3, title: null }],
    ['a long list', Array.from({ length: 2000 }, (_, n) => ({ n }))],
    ['many small fields', Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`k${n}`, n]))],
    ['something deep', { a: { b: { c: long } } }],
    ['wide characters', { text: '漢'.repeat(4000) }],
  ])('%s comes back as it went, and is small in between', async (_case, value) => {
    const { put, get } = memory();
    const stored = await storeLarge(value, put);
    expect(Buffer.byteLength(JSON.stringify(stored))).toBeLessThanOrEqual(8 * 1024);
    await expect(loadStored(stored, get, 'value')).resolves.toEqual(value);
  });

  test('small facts stay readable beside a large text', async () => {
    const { put, texts } = memory();
    await expect(storeLarge({ text: long, pages: 3 }, put)).resolves.toMatchObject({
      pages: 3,
      text: { bytes: 10_000, mediaType: 'text/plain; charset=utf-8' },
    });
    expect([...texts.values()]).toEqual([long]);
  });

  test('what is small is left alone', async () => {
    const { put, texts } = memory();
    await expect(storeLarge({ a: 1 }, put)).resolves.toEqual({ a: 1 });
    expect(texts.size).toBe(0);
  });
});

describe('stored values', () => {
  test('a path into stored JSON is followed after loading', async () => {
    const { put, get } = memory();
    const from = await put(JSON.stringify([{ type: 'money' }]), 'application/json');
    await expect(loadStored({ from, path: [0, 'type'] }, get, 'entities')).resolves.toBe('money');
    await expect(loadStored({ from, path: [7] }, get, 'entities')).rejects.toMatchObject({
      type: 'MissingField',
      message: '"entities" has 1 entries, so no [7]',
    });
  });

  test('a document stays a reference', async () => {
    const { put, get } = memory();
    const document = { ...(await put('bytes', 'application/pdf')), name: 'a.pdf' };
    await expect(loadStored({ document }, get, 'inputs')).resolves.toEqual({ document });
  });

  test('a reference inside loaded text is not followed', async () => {
    const { put, get } = memory();
    const inner = await put('secret', 'text/plain');
    const outer = await put(JSON.stringify({ inner }), 'application/json');
    await expect(loadStored(outer, get, 'value')).resolves.toEqual({ inner });
  });
});
