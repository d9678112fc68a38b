/** What was opened, to be closed together. */
export type Closers = {
  /** Notes how something is closed. */
  add(close: () => unknown): void;
  /** Closes everything, the last that was opened first, each even where another fails. Rejects with the first failure. */
  close(): Promise<void>;
};

/** Nothing to close yet. */
export function createClosers(): Closers {
  const all: (() => unknown)[] = [];
  return {
    add: (close) => void all.push(close),
    async close() {
      const failures: unknown[] = [];
      for (let close = all.pop(); close; close = all.pop()) {
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
