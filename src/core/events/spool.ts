import type { ContentReference } from '../../contracts/content';
import { bytesOf } from '../json-size';

/** What a spool carries over when its workflow continues as new. */
export type SpoolState<T> = { head: T[]; chunks: { ref: ContentReference; count: number }[]; tail: T[] };

/** JSON bytes that stay in place at each end of a spool. */
const SPILL_BYTES = 200_000;

/** Moves entries out of the state and back: an activity each. */
export type SpoolStore<T> = {
  put(entries: T[]): Promise<ContentReference>;
  get(reference: ContentReference): Promise<T[]>;
};

/**
 * A queue of any length in a state of bounded size: its newest and its oldest entries are in place, what is between
 * them lies in the content store in chunks. First in, first out.
 */
export class Spool<T> {
  private head: T[];
  private readonly chunks: SpoolState<T>['chunks'];
  private tail: T[];
  private tailBytes: number;
  /** Entries on their way to the content store, which come after the chunks. */
  private moving: T[] = [];

  constructor(
    private readonly store: SpoolStore<T>,
    { head = [], chunks = [], tail = [] }: Partial<SpoolState<T>> = {},
  ) {
    this.head = [...head];
    this.chunks = [...chunks];
    this.tail = [...tail];
    this.tailBytes = tail.reduce((sum, entry) => sum + bytesOf(entry), 0);
  }

  get length(): number {
    const stored = this.chunks.reduce((sum, { count }) => sum + count, 0);
    return this.head.length + stored + this.moving.length + this.tail.length;
  }

  push(entry: T): void {
    this.tail.push(entry);
    this.tailBytes += bytesOf(entry);
  }

  /** True where `spill` has something to do. */
  get isFull(): boolean {
    return this.tailBytes > SPILL_BYTES && this.moving.length === 0;
  }

  /**
   * Moves the oldest of the newest entries to the content store, one chunk of bounded size. Where that fails they stay,
   * and the rejection is passed on.
   */
  async spill(): Promise<void> {
    if (this.moving.length > 0 || this.tail.length === 0) return;
    let bytes = 0;
    const count = this.tail.findIndex((entry) => (bytes += bytesOf(entry)) > SPILL_BYTES);
    this.moving = this.tail.splice(0, count < 0 ? this.tail.length : Math.max(1, count));
    this.tailBytes = this.tail.reduce((sum, entry) => sum + bytesOf(entry), 0);
    try {
      const ref = await this.store.put(this.moving);
      this.chunks.push({ ref, count: this.moving.length });
    } catch (error) {
      this.tail = [...this.moving, ...this.tail];
      this.tailBytes = this.tail.reduce((sum, entry) => sum + bytesOf(entry), 0);
      throw error;
    } finally {
      this.moving = [];
    }
  }

  /** True while entries are on their way out. */
  get isMoving(): boolean {
    return this.moving.length > 0;
  }

  /** True where `take` would give something now; entries on their way out can be taken when they are stored. */
  get isReady(): boolean {
    return this.head.length > 0 || this.chunks.length > 0 || (this.moving.length === 0 && this.tail.length > 0);
  }

  /** The oldest entries, at most `count`; not called again before it has resolved. Rejects with all still in place. */
  async take(count: number): Promise<T[]> {
    if (this.head.length === 0) {
      const [chunk] = this.chunks;
      if (chunk) {
        this.head = await this.store.get(chunk.ref);
        this.chunks.shift();
      } else if (this.moving.length === 0) {
        this.head = this.tail.splice(0, count);
        this.tailBytes -= this.head.reduce((sum, entry) => sum + bytesOf(entry), 0);
      }
    }
    return this.head.splice(0, count);
  }

  /** Puts entries back to the front, in their order. */
  putBack(entries: readonly T[]): void {
    this.head = [...entries, ...this.head];
  }

  /** What is carried over; only while nothing is on its way out. */
  toState(): SpoolState<T> {
    return { head: this.head, chunks: this.chunks, tail: [...this.moving, ...this.tail] };
  }
}
