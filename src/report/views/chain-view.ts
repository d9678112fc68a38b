import type { ChainResult } from '../../contracts/chain.schema';
import { shownCount, shownMoney, shownSeconds } from '../../core/shown-numbers';
import { html } from '../html';
import type { Content, Html } from '../html';
import type { ReportModel } from '../model/report-model';
import { elementId, pill } from '../page/parts';
import { valueHtml } from '../page/value';

/** The prompts of a chain and what was answered to each, in their order; steps that did not run, and why. */
export function chainView({ scope, steps, texts }: ReportModel, { chainResults, stoppedAt }: ChainResult): Html {
  const asked = chainResults.map((result, index) => {
    const { step, run, prompt, response, raw, model, durationSeconds, usage } = result;
    const note = steps.find(({ name }) => name === step)?.note;
    const isLast = !chainResults.slice(index + 1).some((one) => one.step === step);
    const numbers = [
      durationSeconds === undefined ? '' : shownSeconds(durationSeconds),
      usage && usage.calls > 0 ? `${shownCount(usage.inputTokens + usage.outputTokens)} tokens` : '',
      usage && usage.costUsd > 0 ? shownMoney(usage.costUsd) : '',
    ].filter((text) => text !== '');
    return html`<li class="turn" id="${elementId(`${scope}turn`, `${step}.${run ?? 0}`)}">
      <h3>
        <span class="count">${index + 1}</span>
        <span class="name">${step}</span>${run === undefined ? '' : html` <span class="tag warn">run ${run + 1}</span>`}
        <span class="model">${model ?? ''}</span> <span class="quiet">${numbers.join(' · ')}</span>
      </h3>
      <div class="pair">
        <div class="prompt">
          <h4>Prompt</h4>
          ${valueHtml(prompt, texts)}
        </div>
        <div class="said">
          <h4>Answer</h4>
          ${valueHtml(response, texts)}${rawHtml(raw, texts)}
        </div>
      </div>
      ${isLast && note !== undefined ? html`<p class="tag warn">${note}</p>` : ''}
      ${stoppedAt === step && isLast ? html`<p class="tag warn">its gate stopped the chain here</p>` : ''}
    </li>`;
  });
  const ran = new Set(chainResults.map(({ step }) => step));
  const others = steps
    .filter(({ name }) => !ran.has(name))
    .map(
      ({ name, status, reason, error }) =>
        html`<li class="turn quiet-stage">
          <h3><span class="name">${name}</span> ${pill(status)}</h3>
          ${error ? html`<p class="bad-text">${error.type}: ${error.message}</p>` : html`<p class="quiet">${reason ?? ''}</p>`}
        </li>`,
    );
  return html`<ol class="turns">
    ${asked}${others}
  </ol>`;
}

function rawHtml(raw: ChainResult['chainResults'][number]['raw'], texts: ReportModel['texts']): Content {
  if (raw === undefined) return '';
  return html`<details class="output">
    <summary>as the model wrote it</summary>
    ${valueHtml(raw, texts)}
  </details>`;
}
