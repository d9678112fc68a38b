import type { ListOptions, RunList } from '../../client';
import { CadenzaError } from '../../contracts/failures';
import { shown, suggestion } from '../../contracts/nearest-name';
import { EXIT, RUN_STATUSES } from '../../contracts/run';
import { shellWord } from '../../core/shell-word';
import { momentOf } from '../moment';
import { patternNamed } from '../pattern-named';
import { cleanLine } from '../render/clean-text';
import { widthOf } from '../render/layout';
import { shownAge, shownMoney } from '../render/numbers';
import type { Paint } from '../render/paint';
import { runMark } from '../render/paint';
import { openExisting } from '../session';
import { COMMAND } from '../command-name';
import type { Terminal } from '../terminal';
import { usdOf } from '../with-budget';

const MOST = 1000;

export type ListCommandOptions = {
  limit: string;
  pattern?: string;
  outcome?: string;
  definition?: string;
  model?: string;
  label?: string[];
  minCost?: string;
  since?: string;
  until?: string;
  query?: string;
  sort?: string;
  json?: boolean;
};

/** `cadenza list`: the newest runs first, or the most expensive; of all, or of those that the filters name. */
export async function list(terminal: Terminal, options: ListCommandOptions): Promise<number> {
  const filter = filterOf(options, new Date());
  const session = await openExisting(terminal, { worker: 'none' });
  try {
    const found = (await session?.cadenza.list(filter)) ?? { runs: [] };
    const { runs } = found;
    if (options.json) terminal.printJson(found);
    else if (runs.length > 0) terminal.print(listLines(found, terminal.resultPaint, Date.now(), terminal.columns));
    else if (Object.keys(filter).some((name) => name !== 'limit' && name !== 'sort'))
      terminal.say(`No run is like that; \`${COMMAND} list\` without filters shows the newest.`);
    else terminal.say(`No runs yet: \`${COMMAND} analyze FILE\` starts one.`);
    const [first] = runs;
    if (filter.sort === 'cost' && first && !options.json)
      terminal.say(
        first.costUsd === 0
          ? 'None of these cost anything.'
          : `Why the first cost that: \`${COMMAND} result ${shellWord(first.workflowId)}\``,
      );
    return EXIT.ok;
  } finally {
    await session?.close();
  }
}

/** @throws CadenzaError `InvalidInput` naming the option */
export function filterOf(options: ListCommandOptions, now: Date): ListOptions {
  const { pattern, outcome, definition, model, label, minCost, since, until, query } = options;
  return {
    limit: limitOf(options.limit),
    ...(pattern === undefined ? {} : { pattern: patternNamed(pattern) }),
    ...(outcome === undefined ? {} : { outcome: oneOf(RUN_STATUSES, outcome, 'outcome') }),
    ...(definition === undefined ? {} : { definition }),
    ...(model === undefined ? {} : { model }),
    ...(label === undefined ? {} : { labels: Object.fromEntries(label.map(labelOf)) }),
    ...(minCost === undefined ? {} : { minCostUsd: usdOf(minCost, 'min-cost') }),
    ...(since === undefined ? {} : { since: momentOf(since, '--since', now) }),
    ...(until === undefined ? {} : { until: momentOf(until, '--until', now) }),
    ...(query === undefined ? {} : { query }),
    ...(options.sort === undefined ? {} : { sort: oneOf(['newest', 'cost'] as const, options.sort, 'sort') }),
  };
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw new CadenzaError('InvalidInput', `--limit takes a number from 1 to ${MOST}, got "${cleanLine(text)}"`, {
    field: 'limit',
  });
}

function labelOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CadenzaError('InvalidInput', `--label takes key=value, got "${shown(text)}"`, { field: 'label' });
}

function oneOf<T extends string>(known: readonly T[], given: string, field: string): T {
  const found = known.find((name) => name === given);
  if (found !== undefined) return found;
  const message = `--${field} is "${shown(given)}"${suggestion(given, [...known])}`;
  throw new CadenzaError('InvalidInput', message, { field });
}

/** A line a run; two where it would not fit. The id comes last and whole: it is what people copy. */
export function listLines({ runs }: RunList, paint: Paint, now: number, columns: number): string[] {
  const cells = runs.map(({ status, startedAt, costUsd }) => [
    status.replace('_', ' '),
    shownAge(startedAt, now),
    shownMoney(costUsd),
  ]);
  const widths = [0, 1, 2].map((at) => Math.max(0, ...cells.map((row) => row[at]?.length ?? 0)));
  return runs.flatMap(({ status, workflowId }, index) => {
    const [state = '', age = '', money = ''] = cells[index] ?? [];
    const facts = [state.padEnd(widths[0] ?? 0), age.padEnd(widths[1] ?? 0), money.padStart(widths[2] ?? 0)];
    const line = `${runMark(status, paint)} ${facts.join('  ')}`;
    const id = cleanLine(workflowId) === workflowId ? workflowId : shellWord(workflowId);
    const whole = `${line}  ${id}`;
    return widthOf(whole) <= columns ? [whole] : [line, `  ${id}`];
  });
}
