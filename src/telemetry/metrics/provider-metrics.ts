import type { BreakerState, ProviderObserver } from '../../contracts/observed-provider';
import type { Meters } from './meters';

const STATES: Record<BreakerState, number> = { closed: 0, half_open: 1, open: 2 };

/** How the providers stand with this Worker: circuits, pauses, and calls that had to come back later. */
export function providerMetrics(meters: Meters, providers: readonly string[]): ProviderObserver {
  const circuit = (provider: string, state: BreakerState) =>
    meters.add('cadenza_breaker_state', STATES[state], { provider });
  // Before anything has happened: what is not there can not be told from what is well.
  for (const provider of providers) circuit(provider, 'closed');
  return (event) => {
    const { kind, provider } = event;
    if (kind === 'breaker') circuit(provider, event.state);
    if (kind === 'refused') {
      meters.add('cadenza_provider_refusals_total', 1, { provider, model: event.model, why: event.why });
    }
    if (kind === 'paused') {
      const labels = { provider, model: event.model ?? 'all' };
      meters.add('cadenza_provider_pauses_total', 1, labels);
      meters.add('cadenza_provider_paused_until_seconds', (Date.now() + event.pauseMs) / 1000, labels);
    }
  };
}
