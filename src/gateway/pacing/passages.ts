import { DEFAULT_BREAKER } from '../../contracts/limits';
import type { PinnedModel, ProviderAnswer } from '../../contracts/model';
import type { RegistryConfig } from '../../contracts/registry.schema';
import type { Admit } from '../gateway';
import type { ProviderEvent, ProviderObserver, ProviderState } from '../../contracts/observed-provider';
import type { Passage } from './provider-gate';
import { ProviderGate } from './provider-gate';

/** The way of one request to its provider. `close` gives back what was not used. */
export type Way = {
  admit: Admit;
  /** @throws CadenzaError `ProviderPaused`, where nobody was admitted before, and whatever `work` throws */
  send(work: () => Promise<ProviderAnswer>, timeoutMs: number | undefined): Promise<ProviderAnswer>;
  close(): void;
};

/** The gates of a Worker's providers, each made when it is first asked. */
export type Passages = { open(model: PinnedModel, signal: AbortSignal): Way; states(): ProviderState[] };

export function createPassages(config: RegistryConfig, observer: ProviderObserver | undefined): Passages {
  const gates = new Map<string, ProviderGate>();
  const onEvent = (event: ProviderEvent) => {
    try {
      observer?.(event);
    } catch {
      // Metrics are no reason to lose an answer.
    }
  };
  const settingsOf = (provider: string) =>
    Object.hasOwn(config.providers, provider) ? config.providers[provider] : undefined;
  const gateOf = (provider: string): ProviderGate => {
    const { maxConcurrent, requestsPerMinute, tokensPerMinute, breaker = DEFAULT_BREAKER } = settingsOf(provider) ?? {};
    const isRateLimited = (requestsPerMinute ?? tokensPerMinute) !== undefined;
    const gate = gates.get(provider) ?? new ProviderGate({ provider, maxConcurrent, isRateLimited, breaker, onEvent });
    gates.set(provider, gate);
    return gate;
  };

  return {
    states: () => [...gates.values()].map(({ state }) => state),
    open({ provider, name }, signal) {
      let passage: Passage | undefined;
      const admit = async () => {
        passage ??= await gateOf(provider).enter(name, signal);
      };
      const fullMs = (settingsOf(provider)?.timeoutSeconds ?? 0) * 1000;
      return {
        admit,
        async send(work, timeoutMs) {
          await admit();
          const used = passage as Passage;
          passage = undefined;
          return used.send(work, timeoutMs !== undefined && timeoutMs < fullMs);
        },
        close: () => passage?.release(),
      };
    },
  };
}
