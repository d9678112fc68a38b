import { DEDUPLICATION_WINDOW } from '../../contracts/limits';

/** Characters of keys that are carried over at most: they share one payload with all else that a router knows. */
const MAX_CHARACTERS = 400_000;

const MAX_KEY_CHARACTERS = 1_500;

/** The last events that came in, by source and id, to tell repeats. */
export class SeenEvents {
  private readonly keys: Set<string>;
  private characters: number;

  /** `carried` as `toList` gave it: oldest first. */
  constructor(carried: readonly string[] = []) {
    this.keys = new Set(carried);
    this.characters = carried.reduce((sum, key) => sum + key.length, 0);
  }

  /** Remembers an event; false where it came within the window before. */
  add({ source, id }: { source: string; id: string }): boolean {
    const key = keyOf({ source, id });
    // No event that is taken has a longer one.
    if (key.length > MAX_KEY_CHARACTERS) return true;
    if (this.keys.has(key)) return false;
    this.keys.add(key);
    this.characters += key.length;
    while (this.keys.size > DEDUPLICATION_WINDOW || this.characters > MAX_CHARACTERS) this.forgetOldest();
    return true;
  }

  /** Forgets an event that was refused: it may come again, put right. */
  forget(event: { source: string; id: string }): void {
    const key = keyOf(event);
    if (this.keys.delete(key)) this.characters -= key.length;
  }

  toList(): string[] {
    return [...this.keys];
  }

  private forgetOldest(): void {
    const [oldest = ''] = this.keys;
    this.keys.delete(oldest);
    this.characters -= oldest.length;
  }
}

/** One text for both, whatever they hold. */
function keyOf({ source, id }: { source: string; id: string }): string {
  return JSON.stringify([source, id]);
}
