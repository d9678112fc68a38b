/** Why branches are cut, in words. */
export const CUT_WORDS: Readonly<Record<string, string>> = {
  outside_beam: 'others of its level scored higher',
  below_threshold: 'scored below the threshold',
  too_many_children: 'its parent had enough better ones',
  repeated_state: 'the same state as another thought',
  not_a_goal: 'checked, and no solution',
  generation_failed: 'nothing came after it: the call failed',
  evaluation_failed: 'it could not be evaluated: the call failed',
  empty: 'empty',
  repeated: 'said twice',
  too_many: 'more than were asked for',
  no_state: 'no state could be read from it',
  limit: 'the tree was as large as it may get',
};
