import type { CascadeResult } from '../../contracts/cascade.schema';
import type { JsonObject, JsonValue } from '../../contracts/json';
import { html } from '../html';
import type { Content, Html } from '../html';
import type { ReportModel } from '../model/report-model';
import { bar, elementId, pill } from '../page/parts';
import { shortText, valueHtml } from '../page/value';

/** The stages one after the other: what each said, how sure it was against what was asked for, and why it went on. */
export function cascadeView(
  { scope, texts, input, steps }: ReportModel,
  { cascadeResults, decision }: CascadeResult,
): Html {
  const given = Array.isArray(input['stages']) ? (input['stages'] as JsonObject[]) : [];
  const asked = cascadeResults.map(({ model, answeredBy, output, score, verdict, accepted, reason }, index) => {
    const chosen = decision?.stage === index;
    const state = verdict ?? (accepted ? 'accepted' : 'failed');
    const threshold = thresholdOf(given[index]);
    return html`<li class="stage ${chosen ? 'chosen' : ''}" id="${elementId(`${scope}stage`, String(index))}">
      <h3>
        <span class="count">${index + 1}</span>
        <span class="model">${answeredBy ?? model}</span>
        ${pill(state)}${chosen ? html` <span class="tag best">the answer</span>` : ''}
      </h3>
      ${answeredBy === undefined ? '' : html`<p class="quiet">in the place of ${model}</p>`}
      ${scoreHtml(score, threshold)} ${reason === undefined ? '' : html`<p>${reason}</p>`} ${outputHtml(output, texts)}
    </li>`;
  });
  const rest = steps.slice(cascadeResults.length).map(
    ({ name, status, models = [], reason, error }) =>
      html`<li class="stage quiet-stage">
        <h3><span class="model">${models.join(', ') || name}</span> ${pill(status)}</h3>
        ${error ? html`<p class="bad-text">${error.type}: ${error.message}</p>` : html`<p class="quiet">${reason ?? 'not asked'}</p>`}
      </li>`,
  );
  const untold = steps.length === 0 ? unasked(given, cascadeResults.length) : rest;
  return html`<ol class="stages">
    ${asked}${untold}
  </ol>`;
}

function unasked(given: readonly JsonObject[], from: number): Content {
  return given.slice(from).map(
    ({ model }) =>
      html`<li class="stage quiet-stage">
        <h3><span class="model">${String(model)}</span> ${pill('skipped', 'not asked')}</h3>
      </li>`,
  );
}

function outputHtml(output: JsonValue, texts: ReportModel['texts']): Content {
  if (output === null) return '';
  const short = shortText(output, texts, 160);
  if (typeof output === 'string') return html`<div class="said">${valueHtml(output, texts)}</div>`;
  return html`<div class="said">
    <details class="output">
      <summary><bdi>${short}</bdi></summary>
      ${valueHtml(output, texts)}
    </details>
  </div>`;
}

function scoreHtml(score: number | undefined, threshold: number | undefined): Content {
  if (score === undefined) return '';
  const wanted = threshold === undefined ? '' : html` <span class="quiet">of ${threshold} wanted</span>`;
  const kind = threshold !== undefined && score <= threshold ? 'warn' : 'good';
  return html`<p class="scored">
    ${bar(score, kind, threshold)} <span><strong>${score.toFixed(2)}</strong>${wanted}</span>
  </p>`;
}

/** The one number above which a stage's answer is taken, where its rule has one. */
function thresholdOf(stage: JsonObject | undefined): number | undefined {
  const accept = stage?.['accept'];
  if (typeof accept !== 'object' || accept === null || Array.isArray(accept)) return undefined;
  const rule = accept['score'] ?? fieldOf(accept['selfConsistency'], 'share') ?? fieldOf(accept['verifier'], 'share');
  const above = typeof rule === 'object' ? fieldOf(rule ?? null, 'above') : rule;
  return typeof above === 'number' ? above : undefined;
}

function fieldOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined;
}
