import fc from 'fast-check';
import { adaptiveStopAt, leaderProbability } from '../../src/core/stopping/adaptive-consistency';
import { escOutcome } from '../../src/core/stopping/esc-window';
import { votesToStop } from '../../src/core/stopping/fewest-samples';
import type { SamplingState } from '../../src/core/stopping/plan-sampling';
import { planSampling } from '../../src/core/stopping/plan-sampling';
import { seatsOf } from '../../src/core/votes/seats';
import { decideVote } from '../../src/core/votes/vote';
import type { VoteRule } from '../../src/core/votes/vote';
import { ballots } from '../helpers/ballots';
import { propertyRuns } from '../helpers/property-runs';

const SETTINGS = { seed: 20261123, numRuns: propertyRuns(500) };

const answer = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('a', 'a', 'b', 'c') }, fc.constant(undefined));
const answers = fc.array(answer, { minLength: 1, maxLength: 40 });

/** Asks as the plan says, every batch answered at once. */
function runPlan(stop: SamplingState['stop'], given: (string | undefined)[]) {
  const all = ballots(...given);
  const seats = seatsOf([{ model: 'm', samples: given.length }]);
  const started = new Set<number>();
  for (;;) {
    const ended = all.filter(({ index }) => started.has(index));
    const step = planSampling({ stop, rule: 'plurality', minVotes: 1, seats, started, ended });
    if (step.action === 'stop') return { samples: started.size, reason: step.reason, windowAnswer: step.windowAnswer };
    if (step.action === 'wait') throw new Error('nothing is under way');
    for (const index of step.start) started.add(index);
  }
}

test('asking in the smallest useful batches takes no sample more than asking one after the other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'a', 'a', 'b', 'c'), { minLength: 1, maxLength: 40 }),
      fc.constantFrom(0.7, 0.9, 0.95, 0.99),
      (votes, threshold) => {
        const { samples } = runPlan({ adaptive: threshold }, votes);
        expect(samples).toBe(adaptiveStopAt(votes, 'beta', threshold) ?? votes.length);
      },
    ),
    SETTINGS,
  );
});

test('windows that are asked by the plan end where ESC ends on the whole sequence', () => {
  fc.assert(
    fc.property(answers, fc.integer({ min: 2, max: 5 }), (votes, size) => {
      const { samples, windowAnswer } = runPlan({ window: size }, votes);
      const whole = escOutcome(votes, size);
      expect(samples).toBe(whole.samples);
      expect(windowAnswer).toBe(whole.windowAnswer);
    }),
    SETTINGS,
  );
});

test('a lead that is called safe stands whatever the others answer, by every rule and with negative weights', () => {
  const seat = fc.record({
    key: answer,
    weight: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.double({ min: -2, max: 3, noNaN: true })),
  });
  fc.assert(
    fc.property(
      fc.array(seat, { minLength: 2, maxLength: 9 }),
      fc.constantFrom<VoteRule>('plurality', 'majority', 'weighted'),
      fc.infiniteStream(answer),
      (seats, rule, stream) => {
        const given = seats.map(({ key, weight }) => ({ ...(key !== undefined && { key }), weight }));
        const all = ballots(...given);
        const started = new Set(all.map(({ index }) => index));
        for (let over = 1; over < all.length; over += 1) {
          const ended = all.slice(0, over);
          const step = planSampling({ stop: { lead: true }, rule, minVotes: 1, seats: all, started, ended });
          if (step.action !== 'stop') continue;
          const early = decideVote(ended, { rule }).key;
          for (let future = 0; future < 5; future += 1) {
            const rest = given.slice(over).map(({ weight }) => {
              const key = stream.next().value as string | undefined;
              return { ...(key !== undefined && { key }), weight };
            });
            const late = decideVote(ballots(...given.slice(0, over), ...rest), { rule });
            expect(late.key).toBe(step.reason === 'no_majority_possible' ? undefined : early);
            expect(late.decision.tie && late.decision.outcome === 'decided').toBe(false);
          }
          return;
        }
      },
    ),
    { ...SETTINGS, numRuns: propertyRuns(1_000) },
  );
});

test('the plan does not depend on the order in which seats ended', () => {
  const rule = fc.constantFrom({ quorum: 3 }, { lead: true as const }, { adaptive: 0.95 }, { window: 3 });
  const state = fc.tuple(answers, rule, fc.nat()).chain(([votes, stop, cut]) => {
    const ended = ballots(...votes).slice(0, 1 + (cut % votes.length));
    return fc.record({
      votes: fc.constant(votes),
      stop: fc.constant(stop),
      ended: fc.constant(ended),
      shuffled: fc.shuffledSubarray(ended, { minLength: ended.length }),
    });
  });
  fc.assert(
    fc.property(state, ({ votes, stop, ended, shuffled }) => {
      const seats = seatsOf([{ model: 'm', samples: votes.length }]);
      const base = {
        stop,
        rule: 'plurality' as const,
        minVotes: 1,
        seats,
        started: new Set(ended.map(({ index }) => index)),
      };
      expect(planSampling({ ...base, ended: shuffled })).toEqual(planSampling({ ...base, ended }));
    }),
    SETTINGS,
  );
});

test('the beta criterion grows with the leader, falls with the runner-up, and its two sides add up to 1', () => {
  const count = fc.integer({ min: 0, max: 300 });
  fc.assert(
    fc.property(count, count, (a, b) => {
      const here = leaderProbability(a, b);
      expect(leaderProbability(a + 1, b)).toBeGreaterThanOrEqual(here - 1e-13);
      expect(leaderProbability(a, b + 1)).toBeLessThanOrEqual(here + 1e-13);
      expect(here + leaderProbability(b, a)).toBeCloseTo(1, 12);
    }),
    SETTINGS,
  );
});

test('the stop table is the least number of votes that reaches the threshold', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.double({ min: 0.55, max: 0.999, noNaN: true }),
      (runnerUp, threshold) => {
        const votes = votesToStop(runnerUp, threshold);
        expect(leaderProbability(votes, runnerUp)).toBeGreaterThanOrEqual(threshold);
        if (votes > runnerUp + 1) expect(leaderProbability(votes - 1, runnerUp)).toBeLessThan(threshold);
      },
    ),
    SETTINGS,
  );
});
