import type { CallObserver, ObservedCall } from '../contracts/observed-run';
import { isCadenzaError } from '../contracts/failures';
import type { Guard } from '../gateway/gateway';
import type { Journal } from '../store/journal';

/**
 * A guard whose observer is told of each request that leaves, of each answer that was there already and of what was
 * refused before it was sent.
 */
export function observedGuard(
  about: Omit<ObservedCall, 'request'>,
  observer: CallObserver,
  journal: Journal,
  guardWith: (journal: Journal) => Guard,
): Guard {
  return async (request, send, ...rest) => {
    const call = { ...about, request };
    let sent = false;
    let known = false;
    const watched: Journal = {
      ...journal,
      async open(key, signal) {
        const entry = await journal.open(key, signal);
        known = entry.kind === 'answered';
        return entry;
      },
    };
    const watchedSend: typeof send = (given, options) => {
      sent = true;
      return observer.request(call, () => send(given, options));
    };
    try {
      const answer = await guardWith(watched)(request, watchedSend, ...rest);
      if (!sent) observer.hit(call, known ? 'journal' : 'cache', answer);
      return answer;
    } catch (error) {
      if (!sent) observer.refused(call, isCadenzaError(error) ? error.type : 'aborted');
      throw error;
    }
  };
}
