import type { BudgetSummary } from '../../client';
import { EXIT } from '../../contracts/run';
import { cleanLine } from '../render/clean-text';
import { counted, shownMoney } from '../render/numbers';
import type { Paint } from '../render/paint';
import { openExisting } from '../session';
import type { Terminal } from '../terminal';

/** `cadenza budgets`: the budgets by label and window that calls have drawn on. */
export async function budgets(terminal: Terminal, { json = false }: { json?: boolean }): Promise<number> {
  const session = await openExisting(terminal, { worker: 'none' });
  try {
    const found = (await session?.cadenza.budgets()) ?? [];
    if (json) terminal.printJson({ budgets: found });
    else if (found.length > 0) terminal.print(found.flatMap((one) => budgetLines(one, terminal.resultPaint)));
    else terminal.say('No call has drawn on a budget by label and window (`budgets:` in the model registry).');
    return EXIT.ok;
  } finally {
    await session?.close();
  }
}

/** A budget's name, what has become of each amount that has a cap, and when the next window starts. */
export function budgetLines(
  { budget, cap, spent, leased, left, nextAt, refused }: BudgetSummary,
  paint: Paint,
): string[] {
  const amounts = (['usd', 'tokens', 'calls'] as const).filter((name) => cap[name] !== undefined);
  const said = (name: (typeof amounts)[number], amount = 0) =>
    name === 'usd' ? shownMoney(amount) : counted(amount, name.slice(0, -1));
  return [
    paint.bold(cleanLine(budget)),
    ...amounts.map((name) => {
      const of = `${said(name, spent[name])} of ${said(name, cap[name])} spent`;
      return `  ${of}, ${said(name, leased[name])} leased, ${said(name, left[name])} left`;
    }),
    ...(refused > 0 ? [`  ${counted(refused, 'call')} did not fit`] : []),
    paint.dim(`  next window at ${nextAt}`),
  ];
}
