/**
 * What all of them came to, in their order. Where one rejects it is waited for the others, so that none of their requests
 * goes on unwatched. @throws what the first one in the order rejected with
 */
export async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
