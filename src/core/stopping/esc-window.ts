/** A vote of a sample: the key of its answer, or undefined where it gave none that counts. */
export type SampleVote = string | undefined;

export type WindowOutcome = {
  /** Samples taken. */
  samples: number;
  /** True where a window agreed before the last sample. */
  stoppedEarly: boolean;
  /** The answer of the window that agreed. */
  windowAnswer?: string;
};

/** True where every sample of a full window gave the same answer that counts. */
export function windowAgrees(window: readonly SampleVote[], size: number): boolean {
  return window.length === size && window[0] !== undefined && window.every((vote) => vote === window[0]);
}

/**
 * Early-stopping self-consistency (ESC, Li et al. 2024) on votes in the order in which they are asked: windows of `size`
 * side by side, an end after the first in which all agree. That window's answer is the result, as in the reference, also
 * where earlier windows together had voted for another; without such a window the vote over everything is.
 */
export function escOutcome(votes: readonly SampleVote[], size: number): WindowOutcome {
  for (let start = 0; start + size <= votes.length; start += size) {
    const window = votes.slice(start, start + size);
    if (windowAgrees(window, size)) {
      const samples = start + size;
      return { samples, stoppedEarly: samples < votes.length, windowAnswer: window[0] as string };
    }
  }
  return { samples: votes.length, stoppedEarly: false };
}

/**
 * Samples that a question takes on average, by ESC's formula: with q = sum of p^w, the chance that a window agrees, and
 * m = max / w windows, w (sum of q (1-q)^i (i+1) for i = 0..m-2, plus (1-q)^(m-1) m). `probabilities` are those of the
 * answers that count; what is left to 1 are samples that never agree.
 * @throws RangeError where `most` is not a multiple of `size`
 */
export function expectedSamples(probabilities: readonly number[], size: number, most: number): number {
  if (size < 1 || most < size || most % size !== 0) {
    throw new RangeError(`samples: must be a multiple of the window ${size}, got ${most}`);
  }
  const windows = most / size;
  const agrees = probabilities.reduce((total, probability) => total + power(probability, size), 0);
  let expected = 0;
  let reached = 1;
  for (let i = 0; i <= windows - 2; i += 1) {
    expected += agrees * reached * (i + 1);
    reached *= 1 - agrees;
  }
  return size * (expected + reached * windows);
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i += 1) result *= base;
  return result;
}
