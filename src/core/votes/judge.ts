import type { TieBreak } from '../../contracts/answers.schema';
import type { Verdict } from '../../contracts/verdict';
import type { Ballot } from './ballot';
import { validBallots } from './ballot';
import { decide } from './decide';
import type { Decided } from './decide';
import { tally } from './tally';

/** A question to the judge: two different answers, each by its first ballot, in the order in which they are shown. */
export type Comparison = { first: number; second: number };
export type Judgement = Comparison & { verdict: Verdict };

/**
 * Every pair of different answers, each in both orders, in a fixed sequence: n answers are n(n - 1) questions. Equal
 * answers are one, so nothing is asked where all members agree.
 */
export function comparisonsOf(ballots: readonly Ballot[]): Comparison[] {
  const answers = tally(validBallots(ballots)).map(({ ballots: [ballot] }) => (ballot as Ballot).index);
  return answers.flatMap((first, at) =>
    answers.slice(at + 1).flatMap((second) => [
      { first, second },
      { first: second, second: first },
    ]),
  );
}

const MARK = /\[\[\s*(A|B|C|tie)\s*\]\]/gi;
const ALONE = /^(?:(?:answer|assistant|response)\s+)?(A|B|C|tie)\.?$/i;
const VERDICTS: Readonly<Record<string, Verdict>> = { a: 'first', b: 'second', c: 'tie', tie: 'tie' };

/**
 * Reads `[[A]]`, `[[B]]` or `[[C]]` (a tie) from a judge's text, or the bare letter where that is all of it. A text with
 * two different verdicts is invalid; the reference implementation (FastChat's) takes the first that it looks for.
 */
export function readVerdict(text: string): Verdict {
  const marks = new Set([...text.matchAll(MARK)].map((match) => VERDICTS[(match[1] as string).toLowerCase()]));
  const bare = VERDICTS[ALONE.exec(text.trim())?.[1]?.toLowerCase() ?? ''];
  if (marks.size === 0) return bare ?? 'invalid';
  const [mark] = marks;
  return marks.size === 1 && mark !== undefined ? mark : 'invalid';
}

/** A pair judged in both orders: who won (by ballot index), or that nobody did, and whether both orders said the same. */
export type PairResult = { a: number; b: number; winner?: number; consistent: boolean; invalid: number };

/**
 * LLM-as-a-judge on pairs (Zheng et al. 2023): an answer wins a pair only where both orders say so; a disagreement is a
 * tie, as is a missing or unreadable verdict. Pairs come in the order of their lower, then higher index.
 */
export function judgePairs(judgements: readonly Judgement[]): PairResult[] {
  const pairs = new Map<string, { a: number; b: number; verdicts: (Judgement | undefined)[] }>();
  for (const judgement of judgements) {
    const a = Math.min(judgement.first, judgement.second);
    const b = Math.max(judgement.first, judgement.second);
    const pair = pairs.get(`${a} ${b}`) ?? { a, b, verdicts: [undefined, undefined] };
    pair.verdicts[judgement.first === a ? 0 : 1] = judgement;
    pairs.set(`${a} ${b}`, pair);
  }
  return [...pairs.values()]
    .sort((x, y) => x.a - y.a || x.b - y.b)
    .map(({ a, b, verdicts }) => {
      const [one, other] = verdicts.map(winnerOf);
      const consistent = one !== undefined && one === other;
      const invalid = verdicts.filter((judgement) => !judgement || judgement.verdict === 'invalid').length;
      return { a, b, consistent, invalid, ...(consistent && typeof one === 'number' && { winner: one }) };
    });
}

function winnerOf(judgement: Judgement | undefined): number | 'tie' | undefined {
  if (!judgement || judgement.verdict === 'invalid') return undefined;
  if (judgement.verdict === 'tie') return 'tie';
  return judgement.verdict === 'first' ? judgement.first : judgement.second;
}

/**
 * The answer with the most points: 1 for a pair won, a half for a tie (Copeland's rule over the pairs). With one answer
 * only there is nothing to judge and it wins. `judgements` name ballots by index, as `comparisonsOf` gave them.
 */
export function decideJudged(
  ballots: readonly Ballot[],
  judgements: readonly Judgement[],
  options: { tieBreak?: TieBreak; minVotes?: number } = {},
): Decided & { pairs: PairResult[] } {
  const pairs = judgePairs(judgements);
  const points = new Map<number, number>();
  const add = (index: number, more: number) => points.set(index, (points.get(index) ?? 0) + more);
  for (const { a, b, winner } of pairs) {
    add(a, winner === a ? 1 : winner === undefined ? 0.5 : 0);
    add(b, winner === b ? 1 : winner === undefined ? 0.5 : 0);
  }
  const decided = decide(ballots, { ...options, score: (group) => points.get(group.ballots[0]?.index ?? -1) ?? 0 });
  if (pairs.length > 0) {
    decided.decision.positionConsistency = pairs.filter(({ consistent }) => consistent).length / pairs.length;
  }
  return { ...decided, pairs };
}
