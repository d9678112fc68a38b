import type { BatchResult, ItemResult } from '../../contracts/batch.schema';
import { counted, shownMoney, shownPercent, shownSeconds } from '../../core/shown-numbers';
import { html } from '../html';
import type { Content, Html } from '../html';
import type { ReportModel } from '../model/report-model';
import { resolved } from '../texts';
import { elementId, factList, pill, stackedBar, table, tableRow } from '../page/parts';
import { shortText } from '../page/value';
import { agreementHtml } from './agreement';
import type { LinkTo } from './step-rows';

const COLUMNS = [
  { name: 'Item' },
  { name: 'State' },
  { name: 'Answer' },
  { name: 'Expected' },
  { name: 'Took', numeric: true },
  { name: 'Money', numeric: true },
];
const MOST_ITEMS = 2000;

/** How far a batch is, how right it is, what failed of what, and the items. */
export function batchView(model: ReportModel, result: BatchResult | undefined, linkTo: LinkTo): Html {
  const summary = result?.summary;
  const progress = model.progress?.batch;
  const items = summary?.items ?? progress?.items ?? 0;
  const completed = summary?.completed ?? progress?.completed ?? 0;
  const failed = summary?.failed ?? progress?.failed ?? 0;
  const running = progress && model.endedAt === undefined ? progress.running : 0;
  const cancelled = (summary?.cancelled ?? 0) + (model.endedAt === undefined ? 0 : (summary?.notStarted ?? 0));
  return html`${stacked(items, [
    ['completed', completed, 'good'],
    ['failed', failed, 'bad'],
    ['running', running, 'accent'],
    ['not run', cancelled, 'quiet'],
  ])}
  ${facts(model, result)} ${failures(summary, linkTo, model)} ${itemTable(model, result, linkTo)}
  ${summary?.agreement ? agreementHtml(summary.agreement, new Map()) : ''}`;
}

/** Parts of a whole as one bar, with the numbers in words. */
function stacked(all: number, parts: readonly (readonly [name: string, count: number, kind: string])[]): Html {
  const shown = parts.filter(([, count]) => count > 0);
  return stackedBar(
    shown.map(([name, count, kind]) => ({
      kind: `fill-${kind}`,
      share: all > 0 ? count / all : 0,
      words: `${name}: ${count}`,
    })),
  );
}

function facts({ progress }: ReportModel, result: BatchResult | undefined): Html {
  const { labelled = 0, correct = 0, accuracy } = result?.summary ?? progress?.batch ?? {};
  const { secondsPerItem, costUsdPerItem } = result?.summary ?? {};
  const { secondsLeft, estimatedCostUsd } = progress?.batch ?? {};
  const goesOn = progress?.status === 'running';
  const list: [string, Content][] = [
    ...(labelled > 0
      ? [['As expected', `${correct} of ${labelled} (${shownPercent(accuracy ?? 0)})`] as [string, Content]]
      : []),
    ...(secondsPerItem === undefined ? [] : [['An item takes', shownSeconds(secondsPerItem)] as [string, Content]]),
    ...(costUsdPerItem === undefined ? [] : [['An item costs', shownMoney(costUsdPerItem)] as [string, Content]]),
    ...(goesOn && secondsLeft !== undefined ? [['Left, about', shownSeconds(secondsLeft)] as [string, Content]] : []),
    ...(goesOn && estimatedCostUsd !== undefined
      ? [['All of it, about', shownMoney(estimatedCostUsd)] as [string, Content]]
      : []),
  ];
  return factList(list);
}

function failures(summary: BatchResult['summary'] | undefined, linkTo: LinkTo, { workflowId }: ReportModel): Content {
  const counts = Object.entries(summary?.failures ?? {});
  if (!summary || counts.length === 0) return '';
  const firsts = summary.firstFailures.map(({ item, id, error }) => {
    const href = linkTo(itemRun(workflowId, item));
    const name = id ?? `item ${item}`;
    return html`<li>
      ${href === undefined ? name : html`<a href="${href}">${name}</a>`}:
      <span class="bad-text">${error.type}: ${error.message}</span>
    </li>`;
  });
  return html`<h3>What failed</h3>
    <p>${counts.map(([type, count]) => `${count} × ${type}`).join(', ')}</p>
    <ul>
      ${firsts}
    </ul>`;
}

function itemTable(model: ReportModel, result: BatchResult | undefined, linkTo: LinkTo): Content {
  const { scope, texts, workflowId, inside } = model;
  const given = result ? resolved(result.results, texts) : null;
  const all = Array.isArray(given) ? (given as unknown as ItemResult[]) : fromRuns(model);
  if (all.length === 0) return '';
  const known = new Map(inside.map((run) => [run.workflowId, run]));
  const rows = all
    .slice(0, MOST_ITEMS)
    .map(({ item, id, status, output, expected, correct, error, seconds, usage }) => {
      const run = known.get(`${workflowId}/item-${item}`) ?? itemRun(workflowId, item);
      const href = linkTo(run);
      const name = id ?? `item ${item}`;
      return tableRow(
        [
          href === undefined ? name : html`<a href="${href}">${name}</a>`,
          pill(status),
          error
            ? html`<span class="bad-text">${error.type}: ${error.message}</span>`
            : html`<bdi>${shortText(output, texts, 140)}</bdi>`,
          expected === undefined
            ? ''
            : html`${pill(correct === true ? 'valid' : 'failed', shortText(expected, texts, 60))}`,
          shownSeconds(seconds),
          usage.costUsd > 0 ? shownMoney(usage.costUsd) : '',
        ],
        COLUMNS,
        { id: elementId(`${scope}item`, String(item)), state: correct === false ? 'wrong' : status },
      );
    });
  const more =
    all.length > MOST_ITEMS
      ? html`<p class="quiet">
          and ${all.length - MOST_ITEMS} more: <code>npx cadenza result ${workflowId} --output items.jsonl</code>
        </p>`
      : '';
  return html`<h3>${counted(all.length, 'item')}</h3>
    ${table('The items', COLUMNS, rows)}${more}`;
}

/** Before the end there is no list of results: the runs that the history tells of stand in for it. */
function fromRuns({ inside }: ReportModel): ItemResult[] {
  return inside.flatMap(({ step, status, seconds, costUsd }) => {
    const item = /^item-(\d+)$/.exec(step)?.[1];
    if (item === undefined) return [];
    return [{ item: Number(item), status, seconds, usage: { calls: 0, costUsd } } as unknown as ItemResult];
  });
}

function itemRun(workflowId: string, item: number) {
  return {
    workflowId: `${workflowId}/item-${item}`,
    pattern: '',
    step: `item-${item}`,
    status: '',
    seconds: 0,
    costUsd: 0,
  };
}
