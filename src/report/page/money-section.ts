import type { BudgetReport } from '../../contracts/usage.schema';
import type { ShownUsage, Usage } from '../../contracts/usage';
import { counted, shownCount, shownMoney } from '../../core/shown-numbers';
import { html } from '../html';
import type { Content, Html } from '../html';
import { bar, section, table } from './parts';

const columns = (name: string) => [
  { name },
  { name: 'Calls', numeric: true },
  { name: 'Tokens in', numeric: true },
  { name: 'Tokens out', numeric: true },
  { name: 'Reused', numeric: true },
  { name: 'Money', numeric: true },
  { name: 'Share', hidden: true },
];

/** Tokens and money by model and by step. */
export function moneySection({ byModel, byStep, ...all }: Usage): Html {
  const lead =
    all.calls === 0
      ? 'Nothing was sent to a provider: built-in models answer for nothing.'
      : `${counted(all.calls, 'call')}, ${shownCount(all.inputTokens)} tokens in and ${shownCount(all.outputTokens)} out, ${shownMoney(all.costUsd)}.`;
  const nothing = all.calls + all.inputTokens + all.journalHits + all.cacheHits === 0;
  return section(
    'money',
    'Tokens and money',
    nothing
      ? ''
      : html`<h3>By model</h3>
          ${usageTable('Model', byModel, all, 'model')}
          <h3>By step</h3>
          ${usageTable('Step', byStep, all, 'name')}`,
    lead,
  );
}

function usageTable(name: string, parts: Readonly<Record<string, ShownUsage>>, all: ShownUsage, kind: string): Html {
  // Where no price is known, tokens say who did the work.
  const weigh = ({ costUsd, inputTokens, outputTokens }: ShownUsage) =>
    all.costUsd > 0 ? costUsd : inputTokens + outputTokens;
  const whole = weigh(all);
  const sorted = Object.entries(parts).sort(([, one], [, other]) => weigh(other) - weigh(one));
  if (sorted.length === 0) return html`<p class="quiet">Nothing yet.</p>`;
  const shown = sorted.slice(0, 60);
  const rows = shown.map(([part, usage]) => {
    const { calls, cutCalls, inputTokens, outputTokens, costUsd, journalHits, cacheHits } = usage;
    return [
      html`<span class="${kind}">${part}</span>`,
      html`${shownCount(calls)}${cutCalls > 0 ? html` <span class="tag warn">${cutCalls} cut off</span>` : ''}`,
      shownCount(inputTokens),
      shownCount(outputTokens),
      journalHits + cacheHits > 0 ? shownCount(journalHits + cacheHits) : '',
      shownMoney(costUsd),
      whole > 0 ? bar(weigh(usage) / whole) : '',
    ];
  });
  const more = sorted.length > shown.length ? html`<p class="quiet">and ${sorted.length - shown.length} more</p>` : '';
  return html`${table(`Tokens and money by ${name.toLowerCase()}`, columns(name), rows)}${more}`;
}

/** What became of the budget: what was spent, what is not known, what is left of each cap. */
export function budgetSection(budget: BudgetReport | undefined): Content {
  if (!budget) return '';
  const { caps, settled, unknown, reserved, atCap, refused } = budget;
  const rows = (['usd', 'tokens', 'calls'] as const).flatMap((amount) => {
    const cap = caps[amount];
    if (cap === undefined) return [];
    const show = (value: number) => (amount === 'usd' ? shownMoney(value) : shownCount(value));
    const used = settled[amount] + unknown[amount] + reserved[amount];
    return [
      [
        { usd: 'Money', tokens: 'Tokens', calls: 'Calls' }[amount],
        show(cap),
        show(settled[amount]),
        show(unknown[amount]),
        show(budget.unused[amount] ?? Math.max(0, cap - used)),
        bar(cap > 0 ? used / cap : 0, used >= cap * 0.9 ? 'warn' : 'accent'),
      ],
    ];
  });
  const seconds = caps.seconds === undefined ? '' : ` It also had ${caps.seconds} seconds.`;
  const told = refused > 0 ? ` ${counted(refused, 'call')} did not fit, and never left.` : '';
  const budgetColumns = [
    { name: 'Of' },
    { name: 'Cap', numeric: true },
    { name: 'Spent', numeric: true },
    { name: 'Outcome unknown', numeric: true },
    { name: 'Left', numeric: true },
    { name: 'Used', hidden: true },
  ];
  return section(
    'budget',
    'Budget',
    rows.length > 0 ? table('The budget', budgetColumns, rows) : '',
    `At the cap: ${atCap}.${told}${seconds}`,
  );
}
