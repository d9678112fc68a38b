import type { EnsembleMember } from '../../contracts/ensemble.schema';
import { byIndex } from './ballot';
import type { Seat } from './ballot';
import { logOddsWeight } from './log-odds';

/** A seat for every member and sample, member by member; an accuracy becomes its log-odds weight. */
export function seatsOf(members: readonly EnsembleMember[]): Seat[] {
  const seats: Seat[] = [];
  members.forEach((given, member) => {
    const facts: Exclude<EnsembleMember, string> = typeof given === 'string' ? { model: given, samples: 1 } : given;
    const model = 'model' in facts ? facts.model : undefined;
    const samples = 'samples' in facts ? facts.samples : 1;
    const weight = weightOf(facts);
    for (let sample = 0; sample < samples; sample += 1) {
      seats.push({ index: seats.length, member, sample, ...(model !== undefined && { model }), weight });
    }
  });
  return seats;
}

function weightOf(member: { weight?: number | undefined; accuracy?: number | undefined }): number {
  return member.accuracy === undefined ? (member.weight ?? 1) : logOddsWeight(member.accuracy);
}

/**
 * The order in which seats are asked where not all are asked at once: the first sample of every member, then the second,
 * so that stopping early never leaves a member unheard for another's tenth sample.
 */
export function askingOrder<T extends Seat>(seats: readonly T[]): T[] {
  return byIndex(seats).sort((a, b) => a.sample - b.sample || a.index - b.index);
}
