import { shownMoney, shownSeconds } from '../../core/shown-numbers';
import { html } from '../html';
import type { Content, Html } from '../html';
import type { ReportModel } from '../model/report-model';
import type { LinkTo } from '../views/step-rows';
import { budgetSection, moneySection } from './money-section';
import { guarded } from './guarded';
import { moment, pill, section, table, tableRow } from './parts';
import { askedAndOutput, decisionView, PATTERN_WORDS, tiles } from './run-parts';
import { timeSection } from './time-section';
import { valueHtml } from './value';

/** How the page of a run leads to others. */
export type RunLinks = {
  /** The page of a run inside this one. */
  inside: LinkTo;
  /** That of the run that started it. */
  parent?: (workflowId: string) => string | undefined;
  /** The run in the Temporal UI. */
  temporal?: string | undefined;
};

/** Everything about one run, from what was asked to what it cost: the main part of its page. */
export function runMain(model: ReportModel, links: RunLinks): Html {
  const { scope } = model;
  const contents: [string, string][] = [
    ['decision', 'How it was decided'],
    ['time', 'Time line'],
    ['money', 'Tokens and money'],
    ...(model.budget ? [['budget', 'Budget'] as [string, string]] : []),
    ...(showsInside(model) ? [['inside', 'Runs inside'] as [string, string]] : []),
    ['input', 'The input'],
  ];
  const items = contents.map(([id, name]) => html`<li><a href="#${scope}${id}">${name}</a></li>`);
  return html`${runHeader(model, links)} ${summary(model)}
    <nav class="contents" aria-label="On this page">
      <ul>
        ${items}
      </ul>
    </nav>
    ${section(
      'decision',
      'How it was decided',
      guarded(() => decisionView(model, links.inside)),
    )}
    ${guarded(() => timeSection(model))} ${guarded(() => moneySection(model.usage))}
    ${guarded(() => budgetSection(model.budget))} ${showsInside(model) ? insideSection(model, links.inside) : ''}
    ${inputSection(model)}`;
}

/** A run inside another one, on the same page: what it was asked, what came out, and how. */
export function runArticle(model: ReportModel, links: RunLinks): Html {
  const { scope, pattern, title, status, workflowId } = model;
  const above = model.parent && links.parent?.(model.parent.workflowId);
  return html`<article class="inside" id="${scope}top" aria-labelledby="${scope}title" tabindex="-1">
    <h2 id="${scope}title">
      <span class="pattern">Inside: ${PATTERN_WORDS[pattern] ?? pattern}</span> <bdi>${title}</bdi> ${pill(status)}
    </h2>
    <p class="ids"><code>${workflowId}</code>${above === undefined ? '' : html` · <a href="${above}">back up</a>`}</p>
    ${summary(model)}
    ${section(
      `${scope}decision`,
      'How it was decided',
      guarded(() => decisionView(model, links.inside)),
    )}
  </article>`;
}

function summary(model: ReportModel): Html {
  return html`${guarded(() => askedAndOutput(model))}
  ${model.sentence === undefined ? '' : html`<p class="sentence"><bdi>${model.sentence}</bdi></p>`}
  ${guarded(() => tiles(model))} ${notes(model)}`;
}

function runHeader(model: ReportModel, { parent, temporal }: RunLinks): Html {
  const { workflowId, runId, pattern, title, status, startedAt, endedAt } = model;
  const above = model.parent?.workflowId;
  const aboveHref = above === undefined ? undefined : parent?.(above);
  const ended = endedAt === undefined ? '' : html`, ended ${moment(endedAt)}`;
  return html`<header class="run">
    <h1>
      <span class="pattern">${PATTERN_WORDS[pattern] ?? pattern}</span>${title === '' ? '' : html` <bdi>${title}</bdi>`}
      ${pill(status)}
    </h1>
    <p class="ids">
      <code>${workflowId}</code><span class="quiet"> · started ${moment(startedAt)}${ended}</span>
      ${above === undefined ? '' : html`<span> · a step of ${aboveHref === undefined ? html`<code>${above}</code>` : html`<a href="${aboveHref}">${above}</a>`}</span>`}
      ${temporal === undefined ? '' : html`<span> · <a href="${temporal}" rel="noreferrer">in the Temporal UI ↗</a></span>`}
      <span class="visually-hidden">run ${runId}</span>
    </p>
  </header>`;
}

function notes({ notes: list }: ReportModel): Content {
  if (list.length === 0) return '';
  const marks = { good: '✓', info: 'i', bad: '!' };
  return html`<ul class="notes" aria-label="Worth knowing">
    ${list.map(
      ({ kind, text }) =>
        html`<li class="${kind}">
          <span class="note-mark" aria-hidden="true">${marks[kind]}</span><bdi>${text}</bdi>
        </li>`,
    )}
  </ul>`;
}

/** A router's and a batch's runs inside stand in their own views. */
function showsInside({ pattern, inside }: ReportModel): boolean {
  return inside.length > 0 && pattern !== 'eventRouter' && pattern !== 'batch';
}

const INSIDE = [
  { name: 'Step' },
  { name: 'Pattern' },
  { name: 'State' },
  { name: 'Took', numeric: true },
  { name: 'Money', numeric: true },
];

function insideSection({ inside }: ReportModel, linkTo: LinkTo): Html {
  const rows = inside.slice(0, 200).map((run) => {
    const href = linkTo(run);
    const cells: Content[] = [
      href === undefined ? html`<span class="name">${run.step}</span>` : html`<a href="${href}">${run.step}</a>`,
      PATTERN_WORDS[run.pattern] ?? run.pattern,
      pill(run.status),
      shownSeconds(run.seconds),
      run.costUsd > 0 ? shownMoney(run.costUsd) : '',
    ];
    return tableRow(cells, INSIDE);
  });
  return section('inside', 'Runs inside', table('Runs inside this one', INSIDE, rows));
}

function inputSection({ input, texts, workflowId, history, pattern }: ReportModel): Html {
  const again =
    pattern === 'pipeline'
      ? html`<li>Run it again from a step: <code>npx cadenza rerun ${workflowId} --from STEP</code></li>`
      : '';
  return section(
    'input',
    'The input',
    html`<details class="raw">
        <summary>As it was given</summary>
        ${valueHtml(input, texts)}
      </details>
      <ul class="next">
        <li>The result as JSON: <code>npx cadenza result ${workflowId} --json</code></li>
        ${again}
        <li>Beside another run: <code>npx cadenza report ${workflowId} OTHER</code></li>
      </ul>
      <p class="quiet">
        Told from ${history.events} events of Temporal's history${history.runs > 1 ? ` over ${history.runs} runs` : ''}.
      </p>`,
  );
}
