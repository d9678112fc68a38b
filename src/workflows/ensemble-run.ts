import type { GivenInput } from '../contracts/check-input.schema';
import type { Decision, StopReason } from '../contracts/decision.schema';
import type { EnsembleResult } from '../contracts/ensemble.schema';
import { INLINE_LIMIT_BYTES, RESULT_LIMIT_BYTES } from '../contracts/limits';
import type { EnsemblePlan } from '../contracts/model-call';
import type { InheritedContext } from '../contracts/step-activity';
import { savedBy } from '../core/stopping/saved';
import type { Aggregated } from '../core/votes/aggregate-answers';
import { aggregateAnswers } from '../core/votes/aggregate-answers';
import { countBallots } from '../core/votes/ballot';
import type { Seat } from '../core/votes/ballot';
import { memberAgreement } from '../core/votes/member-agreement';
import type { SeatAnswer } from '../core/votes/seat-answer';
import { ballotOf, individualResults, memberFailures } from '../core/votes/seat-answer';
import { seatsOf } from '../core/votes/seats';
import { voteProgress } from '../core/votes/vote-progress';
import { tooFewAnswers } from '../core/votes/too-few-answers';
import { system } from './activity-proxies';
import type { Stopped } from './ask-members';
import { MemberAsking } from './ask-members';
import type { SeatCalls } from './ask-seat';
import { memberName } from './ask-seat';
import { aggregateByReaders } from './aggregate-by-readers';
import { Limiter } from './limiter';
import { CallingRun } from './calling-run';
import { ModelCaller } from './model-caller';
import { PatternBook } from './pattern-book';
import { asCadenzaError } from './run-failure';
import { throwIfCancelled } from './throw-if-cancelled';

/** Members that are patterns and run at once. */
const CHILDREN_AT_ONCE = 50;

/** Least bytes of a member's result that stay in place, however many members there are. */
const LEAST_INLINE = 256;

/** Why nobody else was asked, in words. */
const REASONS: Record<StopReason, string> = {
  complete: 'everybody was asked',
  quorum: 'enough members agree',
  lead: 'the lead can not be caught',
  no_majority_possible: 'no answer can get more than half any more',
  confident: 'the lead is confident enough',
  window: 'a window of samples agrees',
  deadline: 'the deadline has passed',
};

/** One run of an ensemble: who was asked, what came back, what follows from it. */
export class EnsembleRun extends CallingRun<EnsembleResult> {
  protected readonly book = new PatternBook('ensemble', undefined, () => this.votes());
  private plan: EnsemblePlan | undefined;
  private seats: Seat[] = [];
  private asking: MemberAsking | undefined;
  private stopped: Stopped | undefined;
  private aggregated: Aggregated | undefined;

  constructor(
    private readonly given: GivenInput<'ensemble'>,
    private readonly inherited?: InheritedContext,
  ) {
    super();
  }

  async execute(): Promise<EnsembleResult> {
    const plan = await system.prepareEnsemble(this.given, this.inherited);
    const calls = this.open(plan);
    const asking = new MemberAsking(this.seats, calls);
    this.asking = asking;
    const stopped = await asking.ask();
    this.stopped = stopped;
    this.book.close(REASONS[stopped.reason]);
    await calls.caller.readCut();
    const answers = asking.answers();
    this.checkEnough(answers, plan.input.minVotes);
    const rule = { ...plan.input, windowAnswer: stopped.windowAnswer };
    this.aggregated = (await aggregateByReaders(answers, calls)) ?? aggregateAnswers(answers, rule);
    throwIfCancelled();
    // Answers without a figure can not be averaged, which only the average itself knows.
    if (this.aggregated.decision.outcome === 'too_few_votes') throw this.tooFew(answers, plan.input.minVotes);
    return this.result(plan);
  }

  /** Null before the input was checked. */
  resultSoFar(): EnsembleResult | null {
    return this.plan ? this.result(this.plan) : null;
  }

  private open(plan: EnsemblePlan): SeatCalls {
    const { book, inherited } = this;
    this.plan = plan;
    this.seats = seatsOf(plan.input.members);
    const caller = new ModelCaller({ ...plan, budget: plan.input.budget }, inherited, book);
    this.caller = caller;
    plan.input.members.forEach((member, index) => {
      book.expect(memberName(index), typeof member === 'object' && 'pattern' in member ? member.pattern : 'model');
    });
    // An answer may stand in the result three times: as it came, as it counts, and in what is made of it.
    const share = Math.floor(RESULT_LIMIT_BYTES / (3 * this.seats.length));
    const inlineLimit = Math.max(LEAST_INLINE, Math.min(INLINE_LIMIT_BYTES, share));
    return { plan, caller, book, inlineLimit, children: new Limiter(CHILDREN_AT_ONCE) };
  }

  private checkEnough(answers: readonly SeatAnswer[], minVotes: number): void {
    if (countBallots(answers.map(ballotOf)).valid < minVotes) throw this.tooFew(answers, minVotes);
  }

  private tooFew(answers: readonly SeatAnswer[], minVotes: number) {
    const refused = answers.find((answer) => answer.status === 'failed' && answer.error.type === 'BudgetExceeded');
    if (refused?.status === 'failed') return asCadenzaError(refused.error);
    const problems = answers.flatMap((answer) =>
      answer.status === 'failed' ? [[answer.index, answer.error.type] as const] : [],
    );
    return tooFewAnswers(answers.map(ballotOf), minVotes, Object.fromEntries(problems));
  }

  private result({ input, expectedKey }: EnsemblePlan): EnsembleResult {
    const answers = this.asking?.answers() ?? [];
    const { value, decision } = this.aggregated ?? { value: null, decision: this.openDecision(answers) };
    const { deadlineSeconds } = input.stop ?? {};
    const cutBy = this.stopped?.reason === 'deadline' ? `the deadline of ${deadlineSeconds} seconds passed` : undefined;
    // Vectors are not compared.
    const agreement = input.task === 'embedding' ? undefined : memberAgreement(answers.map(ballotOf), expectedKey);
    return {
      aggregatedResult: value,
      aggregationMethod: input.aggregation,
      individualResults: individualResults(answers, input.members),
      failures: memberFailures(answers, input.members),
      decision: {
        ...decision,
        ...(this.stopped?.confidence === undefined ? {} : { confidence: this.stopped.confidence }),
        stoppedEarly: this.stopped !== undefined && this.stopped.reason !== 'complete',
        stopReason: this.stopped?.reason ?? 'complete',
        saved: this.saved(answers),
      },
      ...(agreement ? { agreement } : {}),
      ...this.ending(cutBy),
    };
  }

  /** How the answers lie where nothing has been decided. */
  private openDecision(answers: readonly SeatAnswer[]): Decision {
    return aggregateAnswers(answers, { aggregation: 'collect', tieBreak: 'first', minVotes: 1 }).decision;
  }

  private votes() {
    const { asking, seats } = this;
    const ballots = asking?.answers().map(ballotOf) ?? [];
    if (!asking || ballots.length === 0) return {};
    return { votes: voteProgress(ballots, { seats: seats.length, asked: asking.started.size }) };
  }

  private saved(answers: readonly SeatAnswer[]) {
    const finished = answers.flatMap((answer) =>
      answer.status === 'counted' ? [{ index: answer.index, usage: answer.usage }] : [],
    );
    const cancelled = answers.filter(({ status }) => status === 'cancelled').length;
    return savedBy(this.seats, { started: this.asking?.started ?? new Set<number>(), cancelled, finished });
  }
}
