import type { StepProgress } from '../../client';
import type { JsonValue } from '../../contracts/json';
import { shownCount, shownMoney, shownSeconds } from '../../core/shown-numbers';
import { html } from '../html';
import type { Content, Html } from '../html';
import type { Inside, ReportModel } from '../model/report-model';
import { elementId, pill, table, tableRow } from '../page/parts';
import { valueHtml } from '../page/value';

const COLUMNS = [
  { name: 'Step' },
  { name: 'State' },
  { name: 'Who did it' },
  { name: 'Took', numeric: true },
  { name: 'Tokens', numeric: true },
  { name: 'Money', numeric: true },
  { name: 'What came of it' },
];

/** Where the run of a step inside this one is told: another page where there is one, else its part of this page. */
export type LinkTo = (inside: Inside) => string | undefined;

/** The steps of a run as a table; `outputs` is what each of them gave. */
export function stepTable(
  caption: string,
  { scope, steps, texts, inside }: Pick<ReportModel, 'scope' | 'steps' | 'texts' | 'inside'>,
  linkTo: LinkTo,
  outputs: (step: string) => JsonValue | undefined = () => undefined,
): Html {
  const rows = steps.map((step) => {
    const { name, status, durationSeconds, usage, startedAt } = step;
    const runs = inside.filter((one) => one.step === name || one.step.startsWith(`${name}[`));
    const took =
      durationSeconds === undefined || (status === 'skipped' && !startedAt) ? '' : shownSeconds(durationSeconds);
    const tokens = usage ? usage.inputTokens + usage.outputTokens : 0;
    return tableRow(
      [
        html`<span class="name">${name}</span>`,
        pill(status),
        whoDid(step),
        took,
        tokens > 0 ? shownCount(tokens) : '',
        usage && usage.costUsd > 0 ? shownMoney(usage.costUsd) : '',
        html`${outcomeOf(step)}${outputHtml(outputs(name), name, texts)}${insideLinks(runs, linkTo)}`,
      ],
      COLUMNS,
      { id: elementId(`${scope}step`, name), state: status },
    );
  });
  return table(caption, COLUMNS, rows);
}

function whoDid({ handler, models = [], attempts = 0 }: StepProgress): Content {
  const what = handler === undefined || handler === 'model' ? '' : handler;
  const again = attempts > 1 ? html` <span class="tag warn">${attempts} attempts</span>` : '';
  return html`${what}${what && models.length > 0 ? html`<br />` : ''}<span class="model">${models.join(', ')}</span
    >${again}`;
}

function outcomeOf({ error, reason, note }: StepProgress): Content {
  return html`${error ? html`<p class="bad-text"><strong>${error.type}</strong>: ${error.message}</p>` : ''}${
    reason === undefined ? '' : html`<p class="quiet">${reason}</p>`
  }${note === undefined ? '' : html`<p>${note}</p>`}`;
}

function outputHtml(output: JsonValue | undefined, step: string, texts: ReportModel['texts']): Content {
  if (output === undefined || output === null) return '';
  return html`<details class="output">
    <summary>output<span class="visually-hidden"> of ${step}</span></summary>
    ${valueHtml(output, texts)}
  </details>`;
}

/** Links to the runs inside a step. */
export function insideLinks(runs: readonly Inside[], linkTo: LinkTo): Content {
  if (runs.length === 0) return '';
  const links = runs.slice(0, 12).map((run) => {
    const href = linkTo(run);
    const what = html`${run.pattern}${runs.length > 1 ? ` ${run.step}` : ''}`;
    return href === undefined
      ? html`<span class="tag">${what}</span>`
      : html`<a class="tag" href="${href}">${what} ↘</a>`;
  });
  return html`<p class="links">${links}${runs.length > 12 ? ` and ${runs.length - 12} more` : ''}</p>`;
}
