import type { RouteToModelResult } from '../../contracts/route-to-model.schema';
import { html } from '../html';
import type { Content, Html } from '../html';
import { bar, pill, table } from '../page/parts';

const COLUMNS = [
  { name: 'Route' },
  { name: 'Model' },
  { name: 'Score', numeric: true },
  { name: 'Nearness', hidden: true },
];

/** Which model was chosen, by what, how near the others came, and who was not considered. */
export function routeView({ modelUsed, reason, decision }: RouteToModelResult): Html {
  if (!decision) return html`<p><strong class="model">${modelUsed}</strong>: ${reason}</p>`;
  const { by, model, route, scores, threshold, excluded, order } = decision;
  const most = Math.max(threshold ?? 0, ...scores.map(({ score }) => score), 0);
  const part = (value: number) => (most > 0 ? value / most : 0);
  const rows = scores.map(({ route: name, model: candidate, score }) => [
    html`<span class="name">${name}</span>${name === route ? html` <span class="tag best">taken</span>` : ''}`,
    html`<span class="model">${candidate}</span>`,
    Number(score.toFixed(4)),
    bar(part(score), name === route ? 'best' : 'accent', threshold === undefined ? undefined : part(threshold)),
  ]);
  const asked = order.map((name) => {
    const state =
      name === modelUsed
        ? pill('completed', 'answered')
        : order.indexOf(name) < order.indexOf(modelUsed)
          ? pill('failed', 'no answer')
          : pill('pending', 'not needed');
    return html`<li><span class="model">${name}</span> ${state}</li>`;
  });
  return html`<dl class="facts">
      <div>
        <dt>Chosen by</dt>
        <dd>${by}</dd>
      </div>
      <div>
        <dt>Chosen</dt>
        <dd class="model">${model}</dd>
      </div>
      ${fact('Route', route)}${fact('Threshold', threshold)}
    </dl>
    <p>${reason}</p>
    ${
      rows.length > 0
        ? html`<h3>The candidates</h3>
            ${table('The candidates', COLUMNS, rows)}`
        : ''
    }
    <h3>The order in which models are asked</h3>
    <ol class="order">
      ${asked}
    </ol>
    ${excluded.length > 0 ? html`<p>Not considered: ${excluded.map(({ model: name, lacks }) => `${name} (no ${lacks})`).join(', ')}.</p>` : ''}`;
}

function fact(name: string, value: Content): Content {
  return value === undefined
    ? ''
    : html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`;
}
