import type { Price } from '../contracts/model';

/**
 * What tokens cost, in nano-dollars, rounded up. Exact: prices are taken to 10^-9 USD per million tokens and
 * multiplied as integers. A model without a price costs nothing that we know of.
 */
export function costNanoUsd(price: Price | undefined, inputTokens: number, outputTokens: number): number {
  if (!price) return 0;
  const perMillion = (usd: number) => BigInt(Math.round(usd * 1e9));
  const total = perMillion(price.input) * BigInt(inputTokens) + perMillion(price.output) * BigInt(outputTokens);
  return Number((total + 999_999n) / 1_000_000n);
}
