import type { Agreement } from '../../contracts/agreement.schema';
import { shownPercent } from '../../core/shown-numbers';
import { html } from '../html';
import type { Html } from '../html';
import { table } from '../page/parts';

const COLUMNS = [
  { name: 'Members' },
  { name: 'Agree', numeric: true },
  { name: 'Both wrong', numeric: true },
  { name: 'Wrong alike', numeric: true },
];

/** How members agree by pairs, and how alike they err where the right answer is known. */
export function agreementHtml({ pairs, members = [], labelled }: Agreement, names: ReadonlyMap<number, string>): Html {
  const nameOf = (member: number) => names.get(member) ?? `member ${member}`;
  const shown = pairs.filter(({ compared }) => compared > 0);
  if (shown.length === 0) return html``;
  const judged = labelled !== undefined && labelled > 0;
  const rows = shown.map(({ a, b, agreement, bothWrong, errorAgreement }) => [
    `${nameOf(a)} and ${nameOf(b)}`,
    agreement === undefined ? '' : shownPercent(agreement),
    ...(judged ? [bothWrong ?? '', errorAgreement === undefined ? '' : shownPercent(errorAgreement)] : []),
  ]);
  const right = members.map(
    ({ member, answers, right: count }) => html`<li>${nameOf(member)}: ${count} of ${answers} right</li>`,
  );
  const columns = judged ? COLUMNS : COLUMNS.slice(0, 2);
  return html`<h3>How members agree</h3>
    <details class="output">
      <summary>${shown.length} pairs of members</summary>
      ${table('How members agree', columns, rows)}
    </details>
    ${
      right.length > 0
        ? html`<p>Over ${labelled ?? 0} items with a known answer:</p>
            <ul>
              ${right}
            </ul>`
        : ''
    }`;
}
