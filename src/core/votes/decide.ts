import type { TieBreak } from '../../contracts/answers.schema';
import type { Decision } from '../../contracts/decision.schema';
import type { Ballot } from './ballot';
import { countBallots, validBallots } from './ballot';
import type { AnswerGroup } from './tally';
import { agreementOf, tally } from './tally';

/** Scores nearer than this part of the larger one are a tie: 0.1 + 0.2 and 0.3 are the same weight. */
const TIE_TOLERANCE = 1e-9;

/** What was decided, and the index of the ballot whose answer won: the first by index that gave it. */
export type Decided = { winner?: number; key?: string; decision: Decision };

export type DecideOptions = {
  /** What a group of equal answers scores: more is better. */
  score: (group: AnswerGroup) => number;
  tieBreak?: TieBreak | undefined;
  /** Fewer valid ballots decide nothing. */
  minVotes?: number | undefined;
  /** More than half of the valid ballots is needed. */
  majority?: boolean | undefined;
  /** Nothing is chosen: the record only says how the answers lie. */
  collect?: boolean | undefined;
};

/**
 * The answer with the highest score, by the rules of ties and numbers; a function of the ballots as a set, never of the
 * order in which they arrived. Invalid, failed and cancelled ballots are counted apart and can not win.
 */
export function decide(ballots: readonly Ballot[], options: DecideOptions): Decided {
  const groups = tally(validBallots(ballots));
  const scored = groups.map((group) => ({ group, score: options.score(group) }));
  // Stable: equal scores stay in the order of their first ballot.
  const ranked = [...scored].sort((a, b) => b.score - a.score);
  const tied = tiedAtTop(ranked);
  const broken = tied.length > 1 ? breakTie(tied, options.tieBreak ?? 'first') : undefined;
  const leader = broken ? broken.winner : tied[0];
  const record: Decision = {
    outcome: 'decided',
    votes: Object.fromEntries(ranked.map(({ group, score }) => [group.key, score])),
    ranking: ranked.map(({ group, score }) => ({
      answer: group.key,
      score,
      votes: group.votes,
      weight: group.weight,
      ballots: group.ballots.map(({ index }) => index),
    })),
    share: shareOf(ranked[0]?.score ?? 0, scored),
    margin: tied.length > 1 ? 0 : (ranked[0]?.score ?? 0) - (ranked[1]?.score ?? 0),
    tie: tied.length > 1,
    ...countBallots(ballots),
  };
  const agreement = agreementOf(groups);
  if (agreement !== undefined) record.agreement = agreement;
  record.outcome = outcomeOf(record, leader, options);
  if (broken && record.outcome !== 'too_few_votes' && !options.collect && !options.majority) {
    record.tieBrokenBy = broken.by;
  }
  if (record.outcome !== 'decided' || !leader) return { decision: record };
  return { winner: (leader.group.ballots[0] as Ballot).index, key: leader.group.key, decision: record };
}

type Scored = { group: AnswerGroup; score: number };

function outcomeOf(record: Decision, leader: Scored | undefined, options: DecideOptions): Decision['outcome'] {
  if (record.valid < Math.max(1, options.minVotes ?? 1)) return 'too_few_votes';
  if (options.collect) return 'collected';
  // A tie at the top is never more than half.
  if (options.majority && (record.tie || !leader || leader.group.votes * 2 <= record.valid)) return 'no_majority';
  return leader ? 'decided' : 'tie';
}

/** Of all that was given: votes against an answer (negative weights) count in full. */
function shareOf(score: number, all: readonly Scored[]): number {
  const total = all.reduce((sum, entry) => sum + Math.abs(entry.score), 0);
  return total === 0 ? 0 : score / total;
}

function tiedAtTop(ranked: readonly Scored[]): Scored[] {
  const top = ranked[0];
  return top ? ranked.filter(({ score }) => sameScore(score, top.score)) : [];
}

function sameScore(a: number, b: number): boolean {
  return Math.abs(a - b) <= TIE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}

function breakTie(
  tied: readonly Scored[],
  rule: TieBreak,
): { by: NonNullable<Decision['tieBrokenBy']>; winner: Scored | undefined } {
  if (rule === 'abstain') return { by: 'abstain', winner: undefined };
  // The order of `tied` may follow differences within the tolerance; the first by index does not.
  const inOrder = [...tied].sort((a, b) => indexOf(a) - indexOf(b));
  const first = { by: 'first' as const, winner: inOrder[0] };
  if (rule === 'first') return first;
  if (rule === 'weight') return ahead(inOrder, 'weight', [weightOf, heaviestOf]) ?? first;
  return ahead(inOrder, 'model', [(entry) => votesOf(entry, rule.model)]) ?? first;
}

/** The one entry that is ahead by the first measure that can tell any apart. */
function ahead(tied: readonly Scored[], by: 'weight' | 'model', measures: readonly ((entry: Scored) => number)[]) {
  for (const measure of measures) {
    const most = Math.max(...tied.map(measure));
    const best = tied.filter((entry) => sameScore(measure(entry), most));
    if (best.length === 1) return { by, winner: best[0] };
  }
  return undefined;
}

const indexOf = ({ group }: Scored) => group.ballots[0]?.index ?? 0;
const weightOf = ({ group }: Scored) => group.weight;
const heaviestOf = ({ group }: Scored) => group.heaviest;
const votesOf = ({ group }: Scored, model: string) => group.ballots.filter((ballot) => ballot.model === model).length;
