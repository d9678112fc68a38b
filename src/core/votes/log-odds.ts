/**
 * The weight log(p / (1 - p)) of a voter who is right with probability p: for independent voters between two answers,
 * the weighted vote with these weights is the best rule there is (Nitzan and Paroush 1982; Shapley and Grofman 1984).
 * Zero for a coin, negative for a voter who is wrong more often than right: that vote speaks against its answer.
 * @throws RangeError where p is not strictly between 0 and 1
 */
export function logOddsWeight(accuracy: number): number {
  if (!(accuracy > 0 && accuracy < 1)) throw new RangeError(`accuracy: must be between 0 and 1, got ${accuracy}`);
  return Math.log(accuracy / (1 - accuracy));
}
