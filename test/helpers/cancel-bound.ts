/**
 * How soon connections are closed after a cancel, in milliseconds. The promise is two seconds, which `npm run prove -- meter`
 * asks for with nothing else running. Here files run side by side on two cores: on a slow machine that has taken more than
 * ten. What is not closed by a cancel at all stays open for the two minutes of a call.
 */
export const CANCEL_BOUND_MS = 30_000;
