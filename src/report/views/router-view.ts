import type { DeadLetter, RouterProgress } from '../../contracts/event-messages';
import { counted } from '../../core/shown-numbers';
import { html } from '../html';
import type { Content, Html } from '../html';
import type { ReportModel } from '../model/report-model';
import { bar, elementId, factList, pill, table, tableRow } from '../page/parts';
import { shortText, valueHtml } from '../page/value';
import type { LinkTo } from './step-rows';

const SUBSCRIPTIONS = [
  { name: 'Subscription' },
  { name: 'Takes' },
  { name: 'Handled', numeric: true },
  { name: 'Failed', numeric: true },
  { name: 'Running', numeric: true },
  { name: 'Share', hidden: true },
];
const HANDLED = [
  { name: 'Handled by' },
  { name: 'State' },
  { name: 'Took', numeric: true },
  { name: 'Money', numeric: true },
];

/** Where the events went: by subscription, those that nobody took, those that failed for good, and the newest runs. */
export function routerView(model: ReportModel, linkTo: LinkTo): Html {
  const events = model.progress?.events;
  return html`${events ? flow(events) : ''}${events ? subscriptions(events) : ''}${letters(model)}${handled(model, linkTo)}`;
}

function flow({
  received,
  repeated,
  filtered,
  unhandled,
  handled,
  failed,
  backlog,
  running,
  deadLetters,
}: RouterProgress): Html {
  const numbers: [string, number][] = [
    ['came in', received],
    ['repeated, and taken once', repeated],
    ['filtered out', filtered],
    ['taken by nobody', unhandled],
    ['wait', backlog],
    ['are being handled', running],
    ['handled', handled],
    ['failed', failed],
    ['dead letters', deadLetters],
  ];
  return factList(numbers);
}

function subscriptions({ subscriptions: list }: RouterProgress): Html {
  const most = Math.max(1, ...list.map(({ handled: good, failed }) => good + failed));
  const rows = list.map(({ name, on, handled: good, failed, running }) => [
    html`<span class="name">${name}</span>`,
    html`<code>${on}</code>`,
    good,
    failed,
    running,
    bar((good + failed) / most, failed > 0 ? 'warn' : 'accent'),
  ]);
  return html`<h3>Subscriptions</h3>
    ${table('Subscriptions', SUBSCRIPTIONS, rows)}`;
}

const WORDS: Readonly<Record<DeadLetter['reason'], string>> = {
  unhandled: 'no subscription takes its type',
  failed: 'its handler failed for good',
  hops: 'too many events led to it',
  refused: 'it was refused',
};

function letters({ scope, deadLetters, texts, workflowId }: ReportModel): Content {
  const stored = (deadLetters?.chunks ?? []).reduce((sum, { count }) => sum + count, 0);
  const list = deadLetters?.letters ?? [];
  if (stored + list.length === 0) return '';
  const items = list.slice(-100).map(
    ({ id, reason, event, error, at, subscription }) =>
      html`<li id="${elementId(`${scope}letter`, id)}">
        <details class="output">
          <summary>
            ${pill('failed', reason)}
            <code>${event.type}</code>
            ${WORDS[reason]}${subscription === undefined ? '' : html`, for <span class="name">${subscription}</span>`}
            <span class="quiet">${at.slice(0, 19).replace('T', ' ')}</span>
          </summary>
          ${error ? html`<p class="bad-text">${error.type}: ${error.message}</p>` : ''}${valueHtml(event as never, texts)}
        </details>
      </li>`,
  );
  return html`<h3>Dead letters</h3>
    <ul class="letters">
      ${items}
    </ul>
    ${stored > 0 ? html`<p class="quiet">and ${stored} older ones in the content store</p>` : ''}
    <p>All of them again: <code>npx cadenza router retry ${workflowId} --all</code></p>`;
}

function handled({ inside, texts }: ReportModel, linkTo: LinkTo): Content {
  const newest = inside.slice(-200).reverse();
  if (newest.length === 0) return '';
  const rows = newest.map((run) => {
    const href = linkTo(run);
    const name = shortText(run.step || run.workflowId, texts, 80);
    return tableRow(
      [
        href === undefined ? html`<span class="name">${name}</span>` : html`<a href="${href}">${name}</a>`,
        pill(run.status),
        `${run.seconds.toFixed(1)} s`,
        run.costUsd > 0 ? `$${run.costUsd.toFixed(6)}` : '',
      ],
      HANDLED,
    );
  });
  return html`<h3>The newest ${counted(newest.length, 'run')}</h3>
    ${table('The newest runs of handlers', HANDLED, rows)}`;
}
