/** What is under way, and what waits behind it; undefined where nothing is. */
let last: Promise<void> | undefined;

/**
 * Runs Local Activities one after the other, in the order in which they were asked for, wherever in the run that is: of
 * several at once, a replay hears in another grouping than the first run did, and what follows from them then comes in
 * another order. One that finds nothing under way starts at once.
 */
export function oneAtATime<R>(work: () => Promise<R>): Promise<R> {
  const mine = last ? last.then(work) : work();
  const ended: Promise<void> = mine.then(leave, leave);
  last = ended;
  return mine;

  function leave(): void {
    if (last === ended) last = undefined;
  }
}
