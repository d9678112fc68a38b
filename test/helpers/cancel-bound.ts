/**
 * How soon connections are closed after a cancel, in milliseconds. The promise is two seconds; test files run side by side
 * on two cores, which the rest is for. `npm run prove -- meter` asks for the two, with nothing else running.
 */
export const CANCEL_BOUND_MS = 5_000;
