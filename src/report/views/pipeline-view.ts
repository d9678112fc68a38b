import { shownMoney, shownSeconds } from '../../core/shown-numbers';
import { html } from '../html';
import type { Html } from '../html';
import { layoutGraph } from '../model/layout';
import type { ReportModel } from '../model/report-model';
import { drawingFigure } from '../page/drawing';
import type { BoxText } from '../page/drawing';
import { elementId } from '../page/parts';
import { shortText } from '../page/value';
import type { LinkTo } from './step-rows';
import { stepTable } from './step-rows';

/** Steps that are drawn; of more, which no pipeline of Cadenza has, the table tells. */
const MOST_DRAWN = 2_000;
const BOX = { width: 190, height: 62 };

/** The graph of a pipeline with each step's state, and the steps as a table. */
export function pipelineView(model: ReportModel, linkTo: LinkTo): Html {
  const { scope, steps, plan, decided, texts } = model;
  const results = decided?.pattern === 'pipeline' ? decided.result.results : plan?.results;
  const boxes = new Map<string, BoxText>();
  for (const { name, status, handler, models = [], durationSeconds, usage } of steps) {
    const took = durationSeconds === undefined || status === 'skipped' ? '' : shownSeconds(durationSeconds);
    const money = usage && usage.costUsd > 0 ? shownMoney(usage.costUsd) : '';
    const who = [handler, ...models].filter((one) => one !== undefined && one !== 'model').join(' · ');
    boxes.set(name, {
      id: name,
      title: name,
      lines: [who, [took, money].filter((one) => one !== '').join(' · ') || status],
      state: status,
      href: `#${elementId(`${scope}step`, name)}`,
      label: `${name}: ${status}${who === '' ? '' : `, ${who}`}${took === '' ? '' : `, ${took}`}`,
    });
  }
  const names = [...boxes.keys()];
  const edges = Object.entries(plan?.parents ?? {}).flatMap(([name, parents]) =>
    boxes.has(name) ? parents.filter((parent) => boxes.has(parent)).map((parent) => [parent, name] as const) : [],
  );
  const figure =
    plan && names.length > 1 && names.length <= MOST_DRAWN
      ? drawingFigure(`${scope}graph`, layoutGraph(names, edges, BOX), boxes, {
          caption: `The graph of ${names.length} steps: each stands behind what it waits for.`,
        })
      : '';
  const failed = steps.filter(({ error }) => error !== undefined);
  const why =
    failed.length === 0
      ? ''
      : html`<p class="bad-text">${failed.map(({ name }) => name).join(', ')} did not work out.</p>`;
  return html`${figure}${why}${stepTable('The steps', model, linkTo, (name) => results?.[name]?.output)}${
    decided?.pattern === 'pipeline' && decided.result.definition
      ? html`<p class="quiet">
          Definition ${decided.result.definition.name}, version
          <code>${shortText(decided.result.definition.version.slice(0, 12), texts)}</code>
        </p>`
      : ''
  }`;
}
