const { default: Sequencer } = require('@jest/test-sequencer');

const LONGEST_FIRST = ['fault', 'e2e', 'replay', 'workflow', 'property', 'unit'];

/**
 * The projects whose files take longest start first, so that at the end no long file runs alone. Jest's own order is by
 * the durations of the last run, and by size of file where there was none, as in CI: small files of tests that kill
 * processes and wait came last.
 */
class LongestFirstSequencer extends Sequencer {
  sort(tests) {
    const rank = (test) => LONGEST_FIRST.indexOf(test.context.config.displayName.name);
    // A sort that is stable keeps Jest's order within a project.
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
}
module.exports = LongestFirstSequencer;
