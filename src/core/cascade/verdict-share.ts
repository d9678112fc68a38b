const VERDICT = /(?<![\p{L}\p{N}])(?:incorrect|correct)(?![\p{L}\p{N}])/giu;

/** `not correct`, `isn't entirely correct`: a verdict turned round by what stands at most three words before it. */
const NEGATED = /(?:(?<![\p{L}\p{N}])(?:not|never|cannot)|n['\u2019]t)\s+(?:\p{L}+\s+){0,3}$/iu;
const NEGATION_CHARACTERS = 60;

/** Short words are verdicts only where they open the text: in prose they are anything (`correct, no errors`). */
const OPENING = /^[^\p{L}\p{N}]*(?:(yes|true|right)|no|false|wrong)(?![\p{L}\p{N}])/iu;

/**
 * Whether a verifier's text calls an answer right: its last `correct` or `incorrect` counts, as models reason first; else
 * a yes or no at its beginning. Undefined where it gives neither.
 */
export function readVerification(text: string): boolean | undefined {
  const last = [...text.matchAll(VERDICT)].at(-1);
  if (last) {
    const before = text.slice(Math.max(0, last.index - NEGATION_CHARACTERS), last.index);
    return (last[0].toLowerCase() === 'correct') !== NEGATED.test(before);
  }
  const opening = OPENING.exec(text);
  return opening ? opening[1] !== undefined : undefined;
}

/**
 * Part of a verifier's samples that call the answer right (self-verification of AutoMix, Madaan et al. 2023), of those
 * asked: a verdict that failed or can not be read speaks for nothing. Undefined where none was asked, or none can be read.
 */
export function verifiedShare(verdicts: readonly (boolean | undefined)[]): number | undefined {
  if (verdicts.every((verdict) => verdict === undefined)) return undefined;
  return verdicts.filter((verdict) => verdict === true).length / verdicts.length;
}

/**
 * Part of the samples that gave the leading answer, of those asked: samples without an answer that counts weaken it.
 * `keys` are those of `readAnswer`. Undefined where no sample counts.
 */
export function leadingShare(keys: readonly (string | undefined)[]): number | undefined {
  const counts = new Map<string, number>();
  for (const key of keys) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts.size === 0 ? undefined : Math.max(...counts.values()) / keys.length;
}
