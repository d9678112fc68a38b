/** What a judge says of two answers; `invalid` where no verdict can be read, or more than one. */
export type Verdict = 'first' | 'second' | 'tie' | 'invalid';
