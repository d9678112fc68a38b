import type { EnsembleInput, EnsembleMember } from '../contracts/ensemble.schema';
import { isContentReference } from '../contracts/content';
import type { JsonValue } from '../contracts/json';
import type { AnswerRule, CountedAnswer, EnsemblePlan, ReaderQuestion } from '../contracts/model-call';
import type { Seat } from '../core/votes/ballot';
import { plainAnswer } from '../core/votes/counted-output';
import { memberConfig } from '../core/votes/member-config';
import { readAnswer } from '../core/votes/read-answer';
import type { SeatAnswer } from '../core/votes/seat-answer';
import { system } from './activity-proxies';
import type { Limiter } from './limiter';
import type { ModelCaller } from './model-caller';
import type { PatternBook } from './pattern-book';
import { runChild } from './run-child';

/** What the seats of an ensemble have in common. */
export type SeatCalls = {
  plan: EnsemblePlan;
  caller: ModelCaller;
  book: PatternBook;
  inlineLimit: number;
  /** Children take more of a server than activities do: only so many at once. */
  children: Limiter;
};

type PatternMember = Extract<EnsembleMember, { pattern: unknown }>;

/** Samples of one model are to differ. */
const SAMPLE_TEMPERATURE = 0.7;

/** Longest key that a Workflow makes itself; longer ones are cut and hashed in an activity. */
const KEY_CHARACTERS = 120;

/** How a member is called in the journal, in progress and in usage. */
export function memberName(index: number): string {
  return `members[${index}]`;
}

/**
 * One seat's answer; never rejects. With a question the member is shown the answers of others, in a layer of its own.
 */
export async function askSeat(
  seat: Seat,
  calls: SeatCalls,
  layer?: { name: string; question: ReaderQuestion },
): Promise<SeatAnswer> {
  const { task, input, members } = calls.plan.input;
  const given = members[seat.member] as EnsembleMember;
  if (typeof given === 'object' && 'pattern' in given) return askPattern(seat, given, calls);
  const { model, samples, temperature, timeoutSeconds } = modelMember(given);
  const name = memberName(seat.member);
  const path = samples > 1 ? `${name}[${seat.sample}]` : name;
  const chosen = temperature ?? (samples > 1 ? SAMPLE_TEMPERATURE : undefined);
  const called = await calls.caller.ask({
    part: layer?.name ?? name,
    path: layer ? `${layer.name}.${path}` : path,
    sample: seat.sample,
    model,
    task,
    input,
    settings: {
      ...(chosen === undefined ? {} : { temperature: chosen }),
      ...(samples > 1 ? { seed: seat.sample } : {}),
    },
    ...(task === 'embedding' ? {} : { read: ruleOf(calls.plan.input) }),
    ...(layer ? { question: layer.question } : {}),
    totalSeconds: timeoutSeconds,
    inlineLimit: calls.inlineLimit,
  });
  if (called.ok) {
    const { result, usage, answeredBy } = called.outcome;
    // Vectors are not compared: each is an answer of its own.
    const counted = called.outcome.counted ?? { status: 'valid', key: String(seat.index) };
    return { ...seat, status: 'counted', result, counted, usage, ...(answeredBy === undefined ? {} : { answeredBy }) };
  }
  return failedSeat(seat, called.error);
}

async function askPattern(
  seat: Seat,
  { pattern, config, timeoutSeconds }: PatternMember,
  { plan, caller, book, inlineLimit, children }: SeatCalls,
): Promise<SeatAnswer> {
  const name = memberName(seat.member);
  let release: (() => void) | undefined;
  try {
    release = await children.enter();
    book.start(name);
    const options = { timeoutSeconds, cancellationType: 'TRY_CANCEL' } as const;
    const input = memberConfig(pattern, config, plan.input);
    const { output, usage } = await caller.gate.past(
      () => runChild(pattern, input, name, caller.context(), options),
      (note) => book.waits(name, note),
    );
    book.spend(name, usage);
    return { ...seat, status: 'counted', ...(await readPattern(output, plan, inlineLimit, caller)), usage };
  } catch (error) {
    return failedSeat(seat, await caller.failed(name, name, error));
  } finally {
    release?.();
  }
}

/** A pattern's answer: of a typed result what a model's answer would be. Small ones are read in place. */
async function readPattern(
  output: JsonValue,
  { input, tenant }: EnsemblePlan,
  limit: number,
  caller: ModelCaller,
): Promise<{ result: JsonValue; counted: CountedAnswer }> {
  const rule = ruleOf(input);
  const { extract } = rule;
  const read = extract === undefined ? (plainAnswer(output) ?? output) : output;
  const needsActivity = typeof extract === 'object' && !('field' in extract);
  if (!needsActivity && !hasReference(read) && JSON.stringify(read).length <= KEY_CHARACTERS) {
    const reading = readAnswer(read, { extract, normalise: rule.normalise });
    if (reading.status === 'invalid') return { result: output, counted: reading };
    const { answer, key } = reading;
    return { result: output, counted: { status: 'valid', key, answer, ...figuresOf(answer, output) } };
  }
  const { counted } = await caller.alone(() => system.readOutput(tenant, read, rule, limit));
  return { result: output, counted };
}

function figuresOf(answer: JsonValue, output: JsonValue): { value?: number; scores?: Record<string, number> } {
  if (typeof answer === 'number') return { value: answer };
  const scores = typeof output === 'object' && output !== null && !Array.isArray(output) ? output['scores'] : undefined;
  return typeof scores === 'object' && scores !== null && !isContentReference(scores)
    ? { scores: scores as Record<string, number> }
    : {};
}

function hasReference(value: JsonValue): boolean {
  return JSON.stringify(value).includes('"sha256:');
}

function ruleOf({ extract, normalise, aggregation }: Pick<EnsembleInput, 'extract' | 'normalise' | 'aggregation'>) {
  const scores = aggregation === 'average' || aggregation === 'median';
  return { extract, normalise, ...(scores ? { scores } : {}) } satisfies AnswerRule;
}

function modelMember(member: Exclude<EnsembleMember, PatternMember>) {
  return typeof member === 'string'
    ? { model: member, samples: 1, temperature: undefined, timeoutSeconds: undefined }
    : member;
}

function failedSeat(seat: Seat, error: Extract<SeatAnswer, { status: 'failed' }>['error']): SeatAnswer {
  return error.type === 'Cancelled' ? { ...seat, status: 'cancelled' } : { ...seat, status: 'failed', error };
}
