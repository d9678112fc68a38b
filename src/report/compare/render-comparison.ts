import { shownCount, shownMoney, shownSeconds } from '../../core/shown-numbers';
import { html } from '../html';
import type { Content, Html } from '../html';
import type { Page } from '../page/document';
import { documentPage } from '../page/document';
import { moment, pill, section, table } from '../page/parts';
import { PATTERN_WORDS } from '../page/run-parts';
import type { Comparison, DiffPiece, Pair } from './compare-runs';

export type ComparisonOptions = { top?: Content; linkTo?: (workflowId: string) => string | undefined };

/** Two runs side by side on one page. */
export function renderComparison(comparison: Comparison, at: Date, { top = '', linkTo }: ComparisonOptions = {}): Page {
  const { first, second } = comparison;
  const title = `${first.workflowId} beside ${second.workflowId}`;
  return documentPage({ title, main: comparisonMain(comparison, linkTo ?? (() => undefined)), top }, at);
}

function comparisonMain(comparison: Comparison, linkTo: (workflowId: string) => string | undefined): Html {
  const { first, second, sameOutput, sameQuestion, asked, output, samePattern } = comparison;
  const heads = [first, second].map(({ workflowId, pattern, title, status, startedAt }, index) => {
    const href = linkTo(workflowId);
    const name = html`<bdi>${title === '' ? workflowId : title}</bdi>`;
    return html`<div class="card">
      <h2>${index === 0 ? 'First' : 'Second'}</h2>
      <p>
        <strong
          >${PATTERN_WORDS[pattern] ?? pattern}
          ${href === undefined ? name : html`<a href="${href}">${name}</a>`}</strong
        >
        ${pill(status)}
      </p>
      <p class="ids"><code>${workflowId}</code> <span class="quiet">${moment(startedAt)}</span></p>
    </div>`;
  });
  return html`<header class="run"><h1>Two runs side by side</h1></header>
    <div class="exchange">${heads}</div>
    <p class="sentence">${sentence(comparison)}</p>
    ${samePattern ? '' : html`<p class="bad-text">They are runs of different patterns: only what all runs have can be compared.</p>`}
    ${section(
      'output',
      'What came out',
      sameOutput
        ? html`<p>The same in both.</p>
            ${plain(output)}`
        : diffHtml(output),
    )}
    ${section(
      'asked',
      'What was asked',
      sameQuestion
        ? html`<p>The same in both.</p>
            ${plain(asked)}`
        : diffHtml(asked),
    )}
    ${votes(comparison)}${steps(comparison)}${models(comparison)}
    ${section('numbers', 'Time and money', numbers(comparison))}`;
}

function sentence({ first, second, sameOutput, sameQuestion }: Comparison): string {
  const question = sameQuestion ? 'The same question' : 'Different questions';
  const answer = sameOutput ? 'the same answer' : 'different answers';
  const money = second.usage.costUsd - first.usage.costUsd;
  const time = second.seconds - first.seconds;
  const more = (difference: number, show: (value: number) => string, up: string, down: string) =>
    difference === 0 ? '' : `${show(Math.abs(difference))} ${difference > 0 ? up : down}`;
  const parts = [more(time, shownSeconds, 'slower', 'faster'), more(money, shownMoney, 'dearer', 'cheaper')].filter(
    (part) => part !== '',
  );
  return `${question}, ${answer}; the second was ${parts.length > 0 ? parts.join(' and ') : 'as fast and as dear'}.`;
}

function diffHtml(pieces: readonly DiffPiece[]): Html {
  const shown = pieces.map(({ text, in: where }) => {
    if (where === 'both') return html`<span>${text}</span>`;
    return where === 'first'
      ? html`<del><span class="visually-hidden">only in the first: </span>${text}</del>`
      : html`<ins><span class="visually-hidden">only in the second: </span>${text}</ins>`;
  });
  return html`<p class="quiet">Only in the first run is <del>marked so</del>, only in the second <ins>so</ins>.</p>
    <div class="text" dir="auto">${shown}</div>`;
}

function plain(pieces: readonly DiffPiece[]): Html {
  return html`<div class="text" dir="auto">${pieces.map(({ text }) => text).join('')}</div>`;
}

const BOTH = [
  { name: 'First', numeric: true },
  { name: 'Second', numeric: true },
  { name: 'Difference', numeric: true },
];

function votes({ votes: list }: Comparison): Content {
  if (list.length === 0) return '';
  const rows = list.map(({ answer, score }) => [
    html`<bdi>${answer}</bdi>`,
    ...cells(score, (value) => String(Number(value.toFixed(3)))),
  ]);
  return section('votes', 'The votes', table('What each answer got', [{ name: 'Answer' }, ...BOTH], rows));
}

function steps({ steps: list }: Comparison): Content {
  if (list.length === 0) return '';
  const columns = [
    { name: 'Step' },
    { name: 'State' },
    { name: 'Models' },
    { name: 'Time', numeric: true },
    { name: 'Tokens', numeric: true },
    { name: 'Money', numeric: true },
    { name: 'What came of it' },
  ];
  const rows = list.map(({ name, status, models: who, seconds, tokens, costUsd, outputDiffers, kept }) => [
    html`<span class="name">${name}</span>`,
    inOne(status, (value) => pill(value)),
    inOne(who, (value) => html`<span class="model">${value}</span>`),
    inOne(seconds, shownSeconds),
    inOne(tokens, shownCount),
    inOne(costUsd, shownMoney),
    sameness(outputDiffers, kept),
  ]);
  return section('steps', 'Step by step', table('Step by step', columns, rows));
}

function models({ models: list }: Comparison): Content {
  if (list.length === 0) return '';
  const columns = [
    { name: 'Model' },
    { name: 'Calls', numeric: true },
    { name: 'Tokens', numeric: true },
    { name: 'Money', numeric: true },
  ];
  const rows = list.map(({ name, calls, tokens, costUsd }) => [
    html`<span class="model">${name}</span>`,
    inOne(calls, shownCount),
    inOne(tokens, shownCount),
    inOne(costUsd, shownMoney),
  ]);
  return section('models', 'By model', table('By model', columns, rows));
}

function numbers({ first, second }: Comparison): Html {
  const pairOf = (a: number, b: number): Pair<number> => ({ first: a, second: b, differs: a !== b });
  const rows = [
    ['Time', ...cells(pairOf(first.seconds, second.seconds), shownSeconds)],
    [
      'Models and handlers',
      ...cells(pairOf(first.time.model + first.time.handler, second.time.model + second.time.handler), shownSeconds),
    ],
    ['Money', ...cells(pairOf(first.usage.costUsd, second.usage.costUsd), shownMoney)],
    ['Tokens in', ...cells(pairOf(first.usage.inputTokens, second.usage.inputTokens), shownCount)],
    ['Tokens out', ...cells(pairOf(first.usage.outputTokens, second.usage.outputTokens), shownCount)],
    ['Calls', ...cells(pairOf(first.usage.calls, second.usage.calls), shownCount)],
    ['Reused answers', ...cells(pairOf(reused(first), reused(second)), shownCount)],
  ];
  return table('Time and money', [{ name: 'Of' }, ...BOTH], rows);
}

function reused({ usage }: Comparison['first']): number {
  return usage.journalHits + usage.cacheHits;
}

function cells({ first = 0, second = 0 }: Pair<number>, show: (value: number) => string): Content[] {
  const difference = second - first;
  const sign = difference > 0 ? '+' : '−';
  return [show(first), show(second), difference === 0 ? '' : `${sign}${show(Math.abs(difference))}`];
}

function sameness(outputDiffers: boolean | undefined, kept: boolean): Content {
  if (kept) return html`<span class="tag">taken from an earlier run</span>`;
  if (outputDiffers === undefined) return '';
  return outputDiffers ? html`<span class="tag warn">differs</span>` : 'the same';
}

/** One value where both runs have the same, else both with an arrow between. */
function inOne<T>({ first, second, differs }: Pair<T>, show: (value: T) => Content): Content {
  const side = (value: T | undefined) =>
    value === undefined || value === '' ? html`<span class="quiet">none</span>` : show(value);
  const looksSame = first !== undefined && second !== undefined && show(first) === show(second);
  if (!differs || looksSame) return first === undefined || first === '' ? '' : show(first);
  return html`<span class="changed">${side(first)} <span aria-label="became">→</span> ${side(second)}</span>`;
}
