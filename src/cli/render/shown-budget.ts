import type { BudgetReport } from '../../contracts/usage.schema';
import { counted, shownCount, shownMoney, shownSeconds } from './numbers';

/** What became of a budget, in one phrase: `Budget: $0.0004 of $0.01 used, $0.0096 left; 2 calls did not fit`. */
export function shownBudget({ caps, settled, unknown, reserved, unused, refused }: BudgetReport): string {
  const used = (name: 'usd' | 'tokens' | 'calls') => settled[name] + unknown[name] + reserved[name];
  const parts = [
    ...(caps.usd === undefined
      ? []
      : [`${shownMoney(used('usd'))} of ${shownMoney(caps.usd)} used, ${shownMoney(unused.usd ?? 0)} left`]),
    ...(caps.tokens === undefined ? [] : [`${shownCount(used('tokens'))} of ${counted(caps.tokens, 'token')}`]),
    ...(caps.calls === undefined ? [] : [`${shownCount(used('calls'))} of ${counted(caps.calls, 'call')}`]),
    ...(caps.seconds === undefined ? [] : [`at most ${shownSeconds(caps.seconds)}`]),
  ];
  const lost = unknown.calls + reserved.calls;
  return [
    `Budget: ${parts.join('; ')}`,
    ...(lost > 0 ? [`${counted(lost, 'call')} of unknown cost at the worst case`] : []),
    ...(refused > 0 ? [`${counted(refused, 'call')} did not fit`] : []),
  ].join('; ');
}
