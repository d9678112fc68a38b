import type { Agreement } from '../../contracts/agreement.schema';
import type { ResultOptions } from './document-result';
import { table, wrapped } from './layout';
import { shownCount, shownPercent } from './numbers';

const MOST_ROWS = 15;

/** How members agree, a line a pair; where it is known who was right, how alike they err. Nothing for one member. */
export function agreementLines(agreement: Agreement | undefined, { columns }: ResultOptions): string[] {
  const { pairs = [], members = [], coFailure, labelled = 0 } = agreement ?? {};
  const compared = pairs.filter((pair) => pair.compared > 0);
  if (compared.length === 0) return [];
  const rows = compared
    .slice(0, MOST_ROWS)
    .map(({ a, b, agreement: part = 0, bothWrong, errorAgreement }) => [
      `    ${a} and ${b}`,
      `agree ${shownPercent(part)}`,
      bothWrong === undefined ? '' : wrongOf(bothWrong, errorAgreement),
    ]);
  const accuracies = members.map(
    ({ member, accuracy }) => `${member} ${accuracy === undefined ? '–' : shownPercent(accuracy)}`,
  );
  return [
    '  Members',
    ...table(rows, columns),
    ...(compared.length > MOST_ROWS ? [`    and ${compared.length - MOST_ROWS} more pairs`] : []),
    ...(accuracies.length > 0 ? wrapped(`right: ${accuracies.join(', ')}`, columns, 4) : []),
    ...(coFailure === undefined || labelled < 2
      ? []
      : wrapped(`all wrong: ${shownPercent(coFailure)} of ${shownCount(labelled)} items`, columns, 4)),
  ];
}

function wrongOf(bothWrong: number, alike: number | undefined): string {
  if (alike === undefined) return 'never both wrong';
  return `both wrong ${shownCount(bothWrong)} times, alike ${shownPercent(alike)}`;
}
