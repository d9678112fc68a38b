import type { JsonObject, JsonValue } from '../../contracts/json';
import { shownCount, shownMoney, shownSeconds } from '../../core/shown-numbers';
import { html } from '../html';
import type { Content, Html } from '../html';
import type { ReportModel } from '../model/report-model';
import { resolved } from '../texts';
import { batchView } from '../views/batch-view';
import { cascadeView } from '../views/cascade-view';
import { chainView } from '../views/chain-view';
import { ensembleView } from '../views/ensemble-view';
import { pipelineView } from '../views/pipeline-view';
import { routeView } from '../views/route-view';
import { routerView } from '../views/router-view';
import type { LinkTo } from '../views/step-rows';
import { stepTable } from '../views/step-rows';
import { treeView } from '../views/tree-view';
import { tile } from './parts';
import { valueHtml } from './value';

/** What people call the patterns. */
export const PATTERN_WORDS: Readonly<Record<string, string>> = {
  pipeline: 'Pipeline',
  routeToModel: 'Route',
  ensemble: 'Ensemble',
  cascade: 'Cascade',
  chain: 'Chain',
  treeOfThought: 'Tree of thoughts',
  eventRouter: 'Event router',
  batch: 'Batch',
};

/** What was asked and what came out, side by side. */
export function askedAndOutput(model: ReportModel): Html {
  const { asked, texts, output, error, status } = model;
  const question =
    asked.length === 0
      ? html`<p class="quiet">${model.pattern === 'eventRouter' ? 'It takes events for ever.' : 'Nothing.'}</p>`
      : asked.map(([name, value], index) =>
          index === 0
            ? html`<div class="main-value">${valueHtml(value, texts)}</div>`
            : html`<p class="also"><span class="quiet">${name}</span> ${valueHtml(value, texts)}</p>`,
        );
  const answer =
    output === undefined ? nothingYet(model) : html`<div class="main-value">${outputHtml(output, model)}</div>`;
  return html`<div class="exchange">
    <div class="card asked">
      <h2>Asked</h2>
      ${question}
    </div>
    <div class="card answer state-${status}">
      <h2>Came out</h2>
      ${error ? html`<p class="bad-text"><strong>${error.type}</strong>: ${error.message}</p>` : ''}${answer}
    </div>
  </div>`;
}

/** Characters of an answer that is one word or few, and stands large. */
const HEADLINE = 60;

/** A typed result as a headline; what else it holds below. */
function outputHtml(output: JsonValue, { texts }: ReportModel): Html {
  const whole = resolved(output, texts);
  if (typeof whole === 'string' && whole.length <= HEADLINE && !whole.includes('\n')) {
    return html`<strong class="headline"><bdi>${whole}</bdi></strong>`;
  }
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return valueHtml(output, texts);
  const { prediction, score, scores: _scores, text, ...rest } = output as JsonObject;
  if (typeof prediction === 'string') {
    const sure = typeof score === 'number' ? html` <span class="quiet">score ${score.toFixed(2)}</span>` : '';
    return html`<strong class="headline"><bdi>${prediction}</bdi></strong
      >${sure}${Object.keys(rest).length > 0 ? valueHtml(rest, texts) : ''}`;
  }
  if (text !== undefined && Object.keys(rest).length === 0) return valueHtml(text, texts);
  return valueHtml(output, texts);
}

function nothingYet({ status, error, pattern, progress, decided }: ReportModel): Html {
  if (pattern === 'batch' && decided?.pattern === 'batch') {
    const { completed, failed } = decided.result.summary;
    return html`<p>
      <strong class="headline">${completed}</strong> answers, ${failed} failures. The items are below.
    </p>`;
  }
  if (progress?.events) {
    const { handled } = progress.events;
    return html`<p>
      <strong class="headline">${handled}</strong> ${handled === 1 ? 'event' : 'events'} handled so far
    </p>`;
  }
  if (error) return html``;
  if (status === 'running') return html`<p class="quiet">Nothing yet: it is running.</p>`;
  return status === 'paused'
    ? html`<p class="quiet">Nothing yet: it waits for a person.</p>`
    : html`<p class="quiet">No answer.</p>`;
}

/** The numbers that count, at a glance. */
export function tiles({ seconds, time, usage, decided, budget }: ReportModel): Html {
  const { costUsd, calls, unpricedCalls = 0, inputTokens, outputTokens, journalHits, cacheHits } = usage;
  const thinking = time.model + time.handler + time.inside;
  const saved = decided?.pattern === 'ensemble' ? decided.result.decision.saved : undefined;
  const cap = budget?.caps.usd;
  return html`<dl class="tiles">
    ${tile('Time', shownSeconds(seconds), `${shownSeconds(thinking)} of it models and handlers`)}
    ${tile('Money', shownMoney(costUsd), cap === undefined ? (unpricedCalls === 0 ? '' : unpricedCalls === calls ? 'no price known' : 'not all prices known') : `of ${shownMoney(cap)}`)}
    ${tile('Tokens', shownCount(inputTokens + outputTokens), calls === 0 ? '' : `${shownCount(inputTokens)} in, ${shownCount(outputTokens)} out`)}
    ${tile('Calls', shownCount(calls), calls === 0 ? 'none to a provider' : '')}
    ${tile('Reused', shownCount(journalHits + cacheHits), 'answers from journal and cache')}
    ${saved && saved.calls > 0 ? tile('Saved', saved.costUsd > 0 ? shownMoney(saved.costUsd) : `${saved.calls} calls`, `${saved.calls} calls never made`) : ''}
  </dl>`;
}

/** How it was decided, as the pattern does. */
export function decisionView(model: ReportModel, linkTo: LinkTo): Content {
  const { pattern, decided } = model;
  if (pattern === 'pipeline') return pipelineView(model, linkTo);
  if (pattern === 'eventRouter') return routerView(model, linkTo);
  if (pattern === 'batch') return batchView(model, decided?.pattern === 'batch' ? decided.result : undefined, linkTo);
  // A run that is cut off before its first answer has steps, and no decision.
  if (!decided)
    return model.steps.length > 0
      ? stepTable('The steps', model, linkTo)
      : html`<p class="quiet">Nothing is known of its steps yet.</p>`;
  switch (decided.pattern) {
    case 'ensemble':
      return ensembleView(model, decided.result, linkTo);
    case 'cascade':
      return cascadeView(model, decided.result);
    case 'chain':
      return chainView(model, decided.result);
    case 'treeOfThought':
      return treeView(model, decided.result);
    case 'routeToModel':
      return routeView(decided.result);
    default:
      return '';
  }
}
