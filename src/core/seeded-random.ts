/**
 * Numbers from 0 to below 1 that a seed decides: SplitMix32, Guy Steele's and others' SplitMix (2014) with 32 bits of
 * state and the finalizer of MurmurHash3. Not for secrets. A seed and a stream number together name a sequence, so that
 * each decision of a run has its own numbers, whatever was decided before.
 */
export function seededRandom(seed: number, stream = 0): () => number {
  let state = mixed((seed >>> 0) + Math.imul(stream >>> 0, 0x9e3779b9));
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return mixed(state) / 4_294_967_296;
  };
}

function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
