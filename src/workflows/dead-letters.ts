import { condition } from '@temporalio/workflow';
import type { ContentReference } from '../contracts/content';
import type { DeadLetter, DeadLetterChoice, DeadLetterList } from '../contracts/event-messages';
import type { JsonValue } from '../contracts/json';
import { shown } from '../contracts/nearest-name';
import { values } from './activity-proxies';
import { LETTER_ID, MAX_LETTERS } from '../core/message-rules';
import { checkValue, refuseUpdate } from './refuse-update';

/** Letters that stay in the router's own state; where there are more, the oldest go to the content store. */
const MAX_IN_PLACE = 60;

export type DeadLettersState = Pick<DeadLetterList, 'chunks' | 'letters'>;

/** For the validator. @throws ApplicationFailure for what is no choice */
export function checkChoice(choice: DeadLetterChoice): void {
  const { ids, all } = (choice ?? {}) as { ids?: unknown; all?: unknown };
  if (all === true && ids === undefined) return;
  if (all !== undefined || !Array.isArray(ids)) refuseUpdate('letters', 'expected { ids: […] } or { all: true }');
  const given = ids as unknown[];
  if (given.length > MAX_LETTERS) refuseUpdate('ids', `${given.length} ids, at most ${MAX_LETTERS}; or { all: true }`);
  given.forEach((id, index) => checkValue(id, `ids[${index}]`, LETTER_ID));
}

/** The events that nobody took, or that failed for good: any number of them, in a state of bounded size. */
export class DeadLetters {
  private chunks: { ref: ContentReference; count: number }[];
  private letters: DeadLetter[];
  private busy = false;

  constructor(
    private readonly tenant: string,
    { chunks = [], letters = [] }: Partial<DeadLettersState> = {},
  ) {
    this.chunks = chunks;
    this.letters = letters;
  }

  get length(): number {
    return this.chunks.reduce((sum, { count }) => sum + count, 0) + this.letters.length;
  }

  /** True where `spill` has something to do. */
  get isFull(): boolean {
    return this.letters.length > MAX_IN_PLACE && !this.busy;
  }

  /** True while letters are on their way between state and store. */
  get isBusy(): boolean {
    return this.busy;
  }

  add(letter: DeadLetter): void {
    this.letters.push(letter);
  }

  toState(): DeadLettersState {
    return { chunks: this.chunks, letters: this.letters };
  }

  list(): DeadLetterList {
    return { tenant: this.tenant, ...this.toState() };
  }

  /** Moves the oldest to the content store, so many that half of what may be in place is free again. */
  async spill(): Promise<void> {
    await this.alone(async () => {
      const count = MAX_IN_PLACE / 2;
      const moved = this.letters.slice(0, count);
      const ref = await values.storeValue(this.tenant, moved as unknown as JsonValue);
      this.chunks = [...this.chunks, { ref, count }];
      this.letters = this.letters.slice(count);
    });
  }

  /**
   * Takes out those that are chosen, the oldest first; gives how many. Chunks without one of them stay as they are.
   * Refuses ids of no letter before anything is taken out.
   */
  async takeOut(choice: DeadLetterChoice, handOver: (letters: DeadLetter[]) => void): Promise<number> {
    return this.alone(async () => {
      const { ids } = choice as { ids?: string[] };
      const isChosen = ({ id }: DeadLetter) => ids?.includes(id) ?? true;
      const chunks = await Promise.all(
        this.chunks.map(async (chunk) => ({ chunk, letters: await this.load(chunk.ref) })),
      );
      const known = new Set([...chunks.flatMap(({ letters }) => letters), ...this.letters].map(({ id }) => id));
      const unknown = ids?.find((id) => !known.has(id));
      if (unknown !== undefined) refuseUpdate('ids', `there is no dead letter "${shown(unknown)}"`);
      const touched = chunks.filter(({ letters }) => letters.some(isChosen));
      const before = this.length;
      const taken = [...touched.flatMap(({ letters }) => letters), ...this.letters].filter(isChosen);
      const left = touched.flatMap(({ letters }) => letters.filter((letter) => !isChosen(letter)));
      this.chunks = this.chunks.filter((chunk) => !touched.some((one) => one.chunk === chunk));
      this.letters = [...left, ...this.letters.filter((letter) => !isChosen(letter))];
      handOver(taken);
      return before - this.length;
    });
  }

  /** One at a time: each changes what the others go by. */
  private async alone<T>(work: () => Promise<T>): Promise<T> {
    // Of several that wait, each is told that it may go before the first has gone.
    do await condition(() => !this.busy);
    while (this.busy);
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
    }
  }

  private async load(reference: ContentReference): Promise<DeadLetter[]> {
    return (await values.loadValue(this.tenant, reference)) as unknown as DeadLetter[];
  }
}
