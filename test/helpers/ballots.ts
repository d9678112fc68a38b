import type { Ballot, Seat } from '../../src/core/votes/ballot';

type Given = string | undefined | { key?: string; weight?: number; model?: string; member?: number; sample?: number };

/** A ballot for each answer, by index; undefined is an unparsed one. */
export function ballots(...given: Given[]): Ballot[] {
  return given.map((one, index) => {
    const facts = typeof one === 'object' ? one : one === undefined ? {} : { key: one };
    const { key, weight, model, member = index, sample = 0 } = facts;
    const seat: Seat = {
      index,
      member,
      sample,
      ...(model !== undefined && { model }),
      ...(weight !== undefined && { weight }),
    };
    return key === undefined ? { ...seat, status: 'invalid', reason: 'unparsed' } : { ...seat, status: 'valid', key };
  });
}
