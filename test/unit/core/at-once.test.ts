import { AtOnce } from '../../../src/core/at-once';

/** Work that ends when it is told to; `log` is in the order of the starts. */
function world(most: number) {
  const bound = new AtOnce(most);
  const log: number[] = [];
  const ends = new Map<number, { resolve(value: number): void; reject(error: Error): void }>();
  const start = (id: number) =>
    bound.run(() => {
      log.push(id);
      return new Promise<number>((resolve, reject) => ends.set(id, { resolve, reject }));
    });
  const end = async (id: number) => {
    ends.get(id)?.resolve(id);
    await new Promise(setImmediate);
  };
  return { log, ends, start, end };
}

test('below the bound work starts at once, above it when another has ended, in the order in which it came', async () => {
  const { log, start, end } = world(2);
  const all = Promise.all([0, 1, 2, 3, 4].map(start));
  expect(log).toEqual([0, 1]);
  await end(1);
  expect(log).toEqual([0, 1, 2]);
  await end(2);
  await end(0);
  expect(log).toEqual([0, 1, 2, 3, 4]);
  await end(3);
  await end(4);
  await expect(all).resolves.toEqual([0, 1, 2, 3, 4]);
});

test('never more are under way, whoever ends at the same moment, and what fails makes room too', async () => {
  const { log, ends, start } = world(3);
  const all = Promise.allSettled(Array.from({ length: 100 }, (_, id) => start(id)));
  for (let open = [...ends]; open.length > 0; open = [...ends]) {
    expect(open.length).toBeLessThanOrEqual(3);
    ends.clear();
    for (const [id, { resolve, reject }] of open) {
      if (id % 2) reject(new Error('failed'));
      else resolve(id);
    }
    await new Promise(setImmediate);
  }
  expect(await all).toHaveLength(100);
  expect(log).toEqual(Array.from({ length: 100 }, (_, id) => id));
});
