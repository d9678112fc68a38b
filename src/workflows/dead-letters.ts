import { condition } from '@temporalio/workflow';
import type { ContentReference } from '../contracts/content';
import type { DeadLetter, DeadLetterChoice, DeadLetterList } from '../contracts/event-messages';
import type { JsonValue } from '../contracts/json';
import { shown } from '../contracts/nearest-name';
import { values } from './activity-proxies';
import { refuseUpdate } from './refuse-update';

/** Letters that stay in the router's own state; where there are more, the older half goes to the content store. */
const MAX_IN_PLACE = 120;

export type DeadLettersState = Pick<DeadLetterList, 'chunks' | 'letters'>;

/** For the validator. @throws ApplicationFailure for what is no choice */
export function checkChoice(choice: DeadLetterChoice): void {
  const { ids, all } = (choice ?? {}) as { ids?: unknown; all?: unknown };
  if (all === true || (Array.isArray(ids) && ids.every((id) => typeof id === 'string'))) return;
  refuseUpdate('letters', 'expected { ids: […] } or { all: true }');
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

  /** Moves the older half to the content store. */
  async spill(): Promise<void> {
    await this.alone(async () => {
      const count = Math.floor(this.letters.length / 2);
      const moved = this.letters.slice(0, count);
      const ref = await values.storeValue(this.tenant, moved as unknown as JsonValue);
      this.chunks = [...this.chunks, { ref, count }];
      this.letters = this.letters.slice(count);
    });
  }

  /**
   * Takes out those that are chosen, and hands them over in portions, the oldest first; gives how many.
   * Refuses ids of no letter before anything is taken out.
   */
  async takeOut(choice: DeadLetterChoice, handOver: (letters: DeadLetter[]) => Promise<void>): Promise<number> {
    return this.alone(async () => {
      const isChosen = 'all' in choice ? () => true : ({ id }: DeadLetter) => choice.ids.includes(id);
      const stored = await Promise.all(this.chunks.map(({ ref }) => this.load(ref)));
      const known = new Set([...stored.flat(), ...this.letters].map(({ id }) => id));
      const unknown = 'all' in choice ? undefined : choice.ids.find((id) => !known.has(id));
      if (unknown !== undefined) refuseUpdate('ids', `there is no dead letter "${shown(unknown)}"`);
      let count = 0;
      const portions = [...stored, this.letters];
      this.chunks = [];
      this.letters = [];
      for (const portion of portions) {
        this.letters.push(...portion.filter((letter) => !isChosen(letter)));
        const taken = portion.filter(isChosen);
        count += taken.length;
        await handOver(taken);
      }
      return count;
    });
  }

  /** One at a time: each changes what the others go by. */
  private async alone<T>(work: () => Promise<T>): Promise<T> {
    await condition(() => !this.busy);
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
