import fc from 'fast-check';
import type { Amounts } from '../../src/contracts/budget';
import { addAmounts, NO_AMOUNTS, overCap } from '../../src/core/budget/amounts';
import type { LedgerLine } from '../../src/core/budget/budget-book';
import { BudgetBook } from '../../src/core/budget/budget-book';
import { budgetReport } from '../../src/core/budget/budget-report';
import { propertyRuns } from '../helpers/property-runs';

const SETTINGS = { seed: 20261123, numRuns: propertyRuns(500) };

const amounts = fc.record({ costNanoUsd: fc.nat(100), tokens: fc.nat(50), calls: fc.constant(1) });
const caps = fc.record({ costNanoUsd: fc.nat(600), tokens: fc.nat(300), calls: fc.nat(12) }, { requiredKeys: [] });
const call = fc.record({
  worst: amounts,
  end: fc.oneof(
    fc.constant('never' as const),
    fc.constant('unknown' as const),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ),
  /** How many lines later its end is written. */
  after: fc.nat(6),
  inner: fc.boolean(),
  key: fc.nat(8),
});

type Call = typeof call extends fc.Arbitrary<infer C> ? C : never;

const part = (worst: Amounts, share: number): Amounts => ({
  costNanoUsd: Math.floor(worst.costNanoUsd * share),
  tokens: Math.floor(worst.tokens * share),
  calls: 1,
});

/** Calls and their ends as lines of a ledger, the ends some lines behind. */
function linesOf(calls: readonly Call[], run: Partial<Amounts>, inner: Partial<Amounts>): LedgerLine[] {
  const lines: { at: number; line: LedgerLine }[] = [];
  calls.forEach(({ worst, end, after, inner: isInner, key }, index) => {
    const id = `call-${index}`;
    const scopes = [{ scope: '', caps: run }, ...(isInner ? [{ scope: 'inner/', caps: inner }] : [])];
    const step = isInner ? 'inner/ask' : 'ask';
    lines.push({ at: index, line: { is: 'reserve', id, key: `k${key}`, step, model: `m${key % 2}`, worst, scopes } });
    if (end === 'never') return;
    const line: LedgerLine = end === 'unknown' ? { is: 'unknown', id } : { is: 'settle', id, actual: part(worst, end) };
    lines.push({ at: index + after + 0.5, line });
  });
  return lines.sort((a, b) => a.at - b.at).map(({ line }) => line);
}

const used = (state: ReturnType<BudgetBook['state']>) =>
  [state.settled, state.unknown, state.reserved].reduce(addAmounts);

test('whatever comes in whatever order, what is used and may be used stays within every cap, after every line', () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), caps, caps, (calls, run, inner) => {
      const book = new BudgetBook();
      for (const line of linesOf(calls, run, inner)) {
        book.take(line);
        expect(overCap(used(book.state('')), run)).toBeUndefined();
        expect(overCap(used(book.state('inner/')), inner)).toBeUndefined();
      }
    }),
    SETTINGS,
  );
});

test('a book says what a ledger says that adds everything up again for each line', () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 40 }), caps, (calls, run) => {
      const lines = linesOf(
        calls.map((one) => ({ ...one, inner: false })),
        run,
        {},
      );
      const book = new BudgetBook();
      const refused = lines.map((line) => book.take(line) !== undefined);
      const counted = new Map<string, { worst: Amounts; key: string; end?: Amounts | 'unknown' }>();
      const total = () =>
        [...counted.values()]
          .map(({ worst, end }) => (end && end !== 'unknown' ? end : worst))
          .reduce(addAmounts, NO_AMOUNTS);
      lines.forEach((line, index) => {
        if (line.is === 'reserve') {
          for (const one of counted.values()) if (one.key === line.key) one.end ??= 'unknown';
          const fits = overCap(addAmounts(total(), line.worst), run) === undefined;
          expect(refused[index]).toBe(!fits);
          if (fits) counted.set(line.id, { worst: line.worst, key: line.key });
        } else if (line.is === 'settle' || line.is === 'unknown') {
          const one = counted.get(line.id);
          if (one) one.end ??= line.is === 'settle' ? line.actual : 'unknown';
        }
      });
      expect(used(book.state(''))).toEqual(total());
    }),
    SETTINGS,
  );
});

test('a report adds up to its caps to the last nano-dollar, by model and by step too', () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), caps, caps, (calls, run, inner) => {
      const book = new BudgetBook();
      linesOf(calls, run, inner).forEach((line) => book.take(line));
      const report = budgetReport(book.state(''), { ...shownCaps(run), atCap: 'stop' });
      const nano = (usd: number) => Math.round(usd * 1e9);
      const sum = [report.settled, report.unknown, report.reserved].reduce((total, { usd }) => total + nano(usd), 0);
      if (report.caps.usd !== undefined) expect(sum + nano(report.unused.usd ?? NaN)).toBe(run.costNanoUsd);
      for (const split of [report.byModel, report.byStep]) {
        const parts = Object.values(split).flatMap((one) => [one.settled, one.unknown, one.reserved]);
        expect(parts.reduce((total, { usd }) => total + nano(usd), 0)).toBe(sum);
      }
    }),
    SETTINGS,
  );
});

function shownCaps({ costNanoUsd, tokens, calls }: Partial<Amounts>) {
  return { usd: costNanoUsd === undefined ? undefined : costNanoUsd / 1e9, tokens, calls };
}
