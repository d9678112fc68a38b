import type { RunList } from '../../client';
import { counted, shownMoney } from '../../core/shown-numbers';
import { html } from '../html';
import type { Html } from '../html';
import { moment, pill, table, tableRow } from '../page/parts';
import { PATTERN_WORDS } from '../page/run-parts';

const COLUMNS = [
  { name: 'Run' },
  { name: 'State' },
  { name: 'Pattern' },
  { name: 'Started' },
  { name: 'Money', numeric: true },
];

/** The newest runs, each with the way to its page. `place` is what all paths begin with. */
export function listMain({ runs }: RunList, addressOf: (workflowId: string) => string, place: string): Html {
  if (runs.length === 0) {
    return html`<h1>Runs</h1>
      <p>No runs yet. This starts one: <code>npx cadenza analyze FILE</code></p>`;
  }
  const spent = runs.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const going = runs.filter(({ status }) => status === 'running' || status === 'paused').length;
  const rows = runs.map(({ workflowId, pattern, status, startedAt, costUsd }, index) =>
    tableRow(
      [
        html`<a href="${addressOf(workflowId)}"><bdi>${workflowId}</bdi></a>`,
        pill(status),
        PATTERN_WORDS[pattern] ?? pattern,
        moment(Date.parse(startedAt)),
        shownMoney(costUsd),
      ],
      COLUMNS,
      { id: `run-${index}`, state: status },
    ),
  );
  return html`<h1>Runs</h1>
    <p class="sentence">The newest ${counted(runs.length, 'run')}: ${going} going on, ${shownMoney(spent)} spent.</p>
    <section class="runs" aria-label="The newest runs">${table('The newest runs', COLUMNS, rows)}</section>
    <p class="quiet">
      Two of them side by side: <code>npx cadenza report ID OTHER</code>, or here
      <code>${place}/compare/ID/OTHER</code>.
    </p>`;
}

/** A page that says why there is nothing to see. */
export function refusalMain(title: string, text: string): Html {
  return html`<h1>${title}</h1>
    <p>${text}</p>`;
}
