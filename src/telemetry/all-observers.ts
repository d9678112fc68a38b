import type { CallObserver } from '../contracts/observed-run';
import { unheard } from './unheard';

/** One observer that tells several, each inside the one before; undefined where there is none. */
export function allObservers(observers: readonly CallObserver[]): CallObserver | undefined {
  if (observers.length === 0) return undefined;
  return {
    request: (call, send) =>
      observers.reduceRight<typeof send>((inner, observer) => () => observer.request(call, inner), send)(),
    hit: (...told) => observers.forEach((observer) => unheard(() => observer.hit(...told))),
    refused: (...told) => observers.forEach((observer) => unheard(() => observer.refused(...told))),
  };
}
