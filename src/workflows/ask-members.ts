import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { SamplingStep } from '../core/stopping/plan-sampling';
import { planSampling } from '../core/stopping/plan-sampling';
import { voteRuleOf } from '../core/votes/aggregate-answers';
import type { Seat } from '../core/votes/ballot';
import { byIndex } from '../core/votes/ballot';
import { ballotOf } from '../core/votes/seat-answer';
import type { SeatAnswer } from '../core/votes/seat-answer';
import type { SeatCalls } from './ask-seat';
import { askSeat, memberName } from './ask-seat';

export type Stopped = Extract<SamplingStep, { action: 'stop' }>;

/** Asks the seats of an ensemble as its stopping rule says, and cancels the rest when that is satisfied. */
export class MemberAsking {
  readonly started = new Set<number>();
  private readonly ended = new Map<number, SeatAnswer>();
  private readonly running = new Map<number, Promise<void>>();
  /** Every seat is asked in it, and the deadline's timer runs in it. */
  private readonly group = new CancellationScope();
  private deadlinePassed = false;
  /** Counts changes, so that the loop can wait for one. */
  private version = 0;

  constructor(
    private readonly seats: readonly Seat[],
    private readonly calls: SeatCalls,
  ) {}

  /** By index, whatever came first. */
  answers(): SeatAnswer[] {
    return byIndex([...this.ended.values()]);
  }

  /** Resolves when nothing more is to be asked; what was cut off has ended then. Rejects where the run is cancelled. */
  async ask(): Promise<Stopped> {
    this.startClock();
    try {
      for (;;) {
        const seen = this.version;
        const step = this.nextStep();
        if (step.action === 'stop') return step;
        if (step.action === 'start') step.start.forEach((index) => this.start(index));
        await condition(() => this.version !== seen);
      }
    } finally {
      this.group.cancel();
      await CancellationScope.nonCancellable(() => Promise.all(this.running.values()));
    }
  }

  private nextStep(): SamplingStep {
    const { stop, aggregation, minVotes } = this.calls.plan.input;
    const { seats, started, deadlinePassed } = this;
    const ended = this.answers().map(ballotOf);
    return planSampling({ stop, rule: voteRuleOf(aggregation), minVotes, seats, started, ended, deadlinePassed });
  }

  private start(index: number): void {
    const seat = this.seats[index] as Seat;
    this.started.add(index);
    const asked = this.group.run(() => askSeat(seat, this.calls)).then((answer) => this.end(answer));
    this.running.set(index, asked);
  }

  private end(answer: SeatAnswer): void {
    this.ended.set(answer.index, answer);
    this.version += 1;
    this.tell(answer.member);
  }

  /** A member is done when all its samples are. */
  private tell(member: number): void {
    const { book } = this.calls;
    const own = this.seats.filter((seat) => seat.member === member);
    const answers = own.flatMap(({ index }) => this.ended.get(index) ?? []);
    const name = memberName(member);
    if (own.length > 1) book.note(name, `${answers.length} of ${own.length} samples`);
    if (answers.length < own.length || answers.some(({ status }) => status === 'cancelled')) return;
    const failures = answers.flatMap((answer) => (answer.status === 'failed' ? [answer.error] : []));
    if (failures[0] && failures.length === own.length) book.end(name, 'failed', { error: failures[0] });
    else book.end(name, 'completed');
  }

  private startClock(): void {
    const { deadlineSeconds } = this.calls.plan.input.stop ?? {};
    if (deadlineSeconds === undefined) return;
    void this.group
      .run(() => sleep(deadlineSeconds * 1000, { summary: 'deadline' }))
      .then(
        () => {
          this.deadlinePassed = true;
          this.version += 1;
        },
        () => undefined,
      );
  }
}
