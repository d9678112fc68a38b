import type { JsonValue } from '../../contracts/json';
import type { ShownNode } from '../../core/tree/search-result';
import { html } from '../html';
import type { Html } from '../html';
import { pill } from '../page/parts';
import { shortText, valueHtml } from '../page/value';
import type { ReportModel } from '../model/report-model';
import type { Texts } from '../texts';
import { CUT_WORDS } from './cut-words';

export type Thought = ShownNode;

/** Branches that are open at first: what is closed costs a browser nothing. */
const OPEN_BELOW = 40;

/** The thoughts as nested lists, which open and close without a script. The best path is open. */
export function thoughtOutline(
  nodes: readonly Thought[],
  isBest: ReadonlySet<number>,
  { scope, texts }: Pick<ReportModel, 'scope' | 'texts'>,
): Html {
  const children = new Map<number, Thought[]>();
  for (const node of nodes) {
    if (node.parent === null) continue;
    const list = children.get(node.parent);
    if (list) list.push(node);
    else children.set(node.parent, [node]);
  }
  const all = nodes.length <= OPEN_BELOW;
  const item = (node: Thought): Html => {
    const below = children.get(node.id) ?? [];
    const line = thoughtLine(node, isBest.has(node.id), texts);
    if (below.length === 0)
      return html`<li id="${scope}thought-${node.id}" data-state="${node.status}" tabindex="-1">${line}</li>`;
    const open = all || isBest.has(node.id);
    const inner = html`<summary>${line}</summary>
      <ul>
        ${below.map(item)}
      </ul>`;
    const details = open ? html`<details open>${inner}</details>` : html`<details>${inner}</details>`;
    return html`<li id="${scope}thought-${node.id}" data-state="${node.status}" tabindex="-1">${details}</li>`;
  };
  const [root] = nodes;
  return html`<ul class="outline" data-filtered="thoughts">
    ${root ? item(root) : ''}
  </ul>`;
}

function thoughtLine({ score, status, reason, thought, failure }: Thought, best: boolean, texts: Texts): Html {
  const scored =
    score === null || score === undefined ? '' : html`<span class="score">${Number(score.toFixed(3))}</span>`;
  const why = reason === undefined ? '' : html` <span class="quiet">${CUT_WORDS[reason] ?? reason}</span>`;
  const text: JsonValue = thought;
  const shown =
    typeof text === 'string' && text.length <= 300
      ? valueHtml(text, texts)
      : html`<bdi>${shortText(text, texts, 300)}</bdi>`;
  return html`<span class="thought ${best ? 'best' : ''}"
    >${pill(best ? 'best' : status)} ${scored}
    ${shown}${why}${failure ? html` <span class="bad-text">${failure.type}: ${failure.message}</span>` : ''}</span
  >`;
}
