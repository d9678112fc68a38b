import { parseRating } from './parse-rating';
import { parseVerdict } from './parse-verdict';
import { parseVote } from './parse-vote';

/** What samples of an evaluation come to. `score` is null where none of them could be parsed. */
export type Score = { score: number | null; samples: number; unparsed: number };

/** How thoughts are judged, as far as parsing goes. */
export type ScoreRule = { mode: 'number' } | { mode: 'verdict'; verdicts: Readonly<Record<string, number>> };

/**
 * The mean of those samples that could be parsed: a sample that could not is counted, and lowers no score. With the
 * score map of Yao et al. 2023 (sure 20, likely 1, impossible 0.001) it orders thoughts as their sum does, as long as
 * every sample counts.
 */
export function scoreOf(texts: readonly string[], rule: ScoreRule): Score {
  const values = texts.flatMap((text) => {
    const value = rule.mode === 'number' ? parseRating(text) : verdictValue(text, rule.verdicts);
    return value.ok ? [value.value] : [];
  });
  const sum = values.reduce((total, value) => total + value, 0);
  return {
    score: values.length === 0 ? null : sum / values.length,
    samples: texts.length,
    unparsed: texts.length - values.length,
  };
}

function verdictValue(text: string, verdicts: Readonly<Record<string, number>>) {
  const verdict = parseVerdict(text, Object.keys(verdicts));
  return verdict.ok ? { ok: true as const, value: verdicts[verdict.value] ?? 0 } : verdict;
}

/** The votes of several samples over the same candidates: each candidate's share of those that could be parsed. */
export function voteScores(
  texts: readonly string[],
  candidates: number,
): { scores: (number | null)[]; unparsed: number } {
  const counts = Array.from({ length: candidates }, () => 0);
  let valid = 0;
  for (const text of texts) {
    const vote = parseVote(text, candidates);
    if (!vote.ok) continue;
    valid += 1;
    counts[vote.value - 1] = (counts[vote.value - 1] ?? 0) + 1;
  }
  return { scores: counts.map((count) => (valid === 0 ? null : count / valid)), unparsed: texts.length - valid };
}

/** What a verifier model says of a thought: `yes` or `no`; undefined where neither can be read. */
export function parseVerification(text: string): boolean | undefined {
  const verdict = parseVerdict(text, ['yes', 'no', 'correct', 'incorrect', 'true', 'false']);
  if (!verdict.ok) return undefined;
  return verdict.value === 'yes' || verdict.value === 'correct' || verdict.value === 'true';
}
