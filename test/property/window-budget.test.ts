import fc from 'fast-check';
import { createWindowBudgets } from '../../src/budgets/create-window-budgets';
import type { LedgerConnection, WindowBudgets } from '../../src/budgets/window-budgets';
import type { Amounts } from '../../src/contracts/budget';
import type { WindowBudgetConfig } from '../../src/contracts/window-budget.schema';
import { WINDOWS } from '../../src/contracts/window-budget';
import { addAmounts, NO_AMOUNTS, overCap } from '../../src/core/budget/amounts';
import type { WindowLedger } from '../../src/core/budget/window-ledger';
import { lease, leave, newWindowLedger, report, windowStates } from '../../src/core/budget/window-ledger';
import { budgetsOf, labelsWithBudget } from '../../src/core/budget/window-budgets';
import { windowAt } from '../../src/core/budget/windows';
import { propertyRuns } from '../helpers/property-runs';

const SETTINGS = { seed: 20261123, numRuns: propertyRuns(300) };
const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 23, 5, 0);
const SUBJECT = { label: 'tenant', value: 'acme', window: 'hour' } as const;

test('a window is the minute, hour, day, Monday week or month of the calendar that a time is in, whatever the year', () => {
  const time = fc.integer({ min: Date.UTC(1969, 0, 1), max: Date.UTC(2400, 0, 1) });
  fc.assert(
    fc.property(time, fc.constantFrom(...WINDOWS), (now, kind) => {
      const { start, end } = windowAt(kind, now);
      const date = new Date(now);
      const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
      const monday = day - ((date.getUTCDay() + 6) % 7);
      const expected = {
        minute: [now - (((now % 60_000) + 60_000) % 60_000), now - (((now % 60_000) + 60_000) % 60_000) + 60_000],
        hour: [Date.UTC(year, month, day, date.getUTCHours()), Date.UTC(year, month, day, date.getUTCHours() + 1)],
        day: [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)],
        week: [Date.UTC(year, month, monday), Date.UTC(year, month, monday + 7)],
        month: [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)],
      }[kind];
      expect([start, end]).toEqual(expected);
    }),
    { ...SETTINGS, numRuns: propertyRuns(2_000) },
  );
});

/** A ledger in memory, on its own clock, whose answers may be lost on the way; what it knows is there to look at. */
class World {
  ledger: WindowLedger = newWindowLedger(SUBJECT);
  now = START;
  /** How the next messages fare: 0 arrives, 1 does not, 2 arrives and its answer is lost. */
  fates: number[] = [];
  /** What calls have really used, by the window in which they were let go. */
  readonly paid = new Map<number, Amounts>();

  readonly connection: LedgerConnection = {
    lease: async (_budget, request) => {
      const fate = this.fates.shift() ?? 0;
      if (fate === 1) throw new Error('lost');
      const done = lease(this.ledger, request, this.now);
      this.ledger = done.ledger;
      if (fate === 2) throw new Error('answer lost');
      return done.lease;
    },
    report: async (_budget, { reports, leaving }) => {
      if ((this.fates.shift() ?? 0) === 1) throw new Error('lost');
      this.ledger = reports.reduce(report, this.ledger);
      if (leaving !== undefined) this.ledger = leave(this.ledger, leaving);
    },
  };
}

const amounts = fc.record({ costNanoUsd: fc.nat(100), tokens: fc.nat(50), calls: fc.constant(1) });
const action = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('call' as const), worker: fc.nat(2), worst: amounts }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(50),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      unknown: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tell' as const), worker: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const), worker: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), worker: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('later' as const), minutes: fc.nat(15) }) },
);
const caps = fc.record({
  costNanoUsd: fc.nat(500),
  tokens: fc.integer({ min: 1, max: 300 }),
  calls: fc.integer({ min: 1, max: 10 }),
});

test('Workers that lease, use, return, lose messages, die and leave never let calls go that could exceed the cap of a window', async () => {
  await fc.assert(
    fc.asyncProperty(
      caps,
      fc.array(action, { maxLength: 80 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 12 }),
      async (cap, actions, fates) => {
        const world = new World();
        world.fates = fates;
        let workers = 0;
        const config: WindowBudgetConfig = {
          label: 'tenant',
          window: 'hour',
          usd: cap.costNanoUsd / 1e9,
          tokens: cap.tokens,
          calls: cap.calls,
          atCap: 'stop',
        };
        const start = (): WindowBudgets =>
          createWindowBudgets({
            budgets: [{ ...config, usd: Math.max(1e-9, config.usd ?? 0) }],
            ledger: world.connection,
            holder: `worker-${(workers += 1)}`,
            now: () => world.now,
            tellEveryMs: 2 ** 30,
          });
        const limit = { ...cap, costNanoUsd: Math.max(1, cap.costNanoUsd) };
        const alive = [start(), start(), start()];
        const out: { id: string; of: WindowBudgets; worst: Amounts; window: number }[] = [];
        const book = (window: number, more: Amounts) =>
          world.paid.set(window, addAmounts(world.paid.get(window) ?? NO_AMOUNTS, more));
        const check = () => {
          for (const { start: window, spent, leased, left } of windowStates(world.ledger)) {
            expect(overCap(addAmounts(spent, leased), limit)).toBeUndefined();
            expect(spent.calls + leased.calls + (left.calls ?? Number.NaN)).toBe(limit.calls);
            // The worst case of what is out and the price of what has ended.
            const held = out.filter((one) => one.window === window).map(({ worst }) => worst);
            const all = held.reduce(addAmounts, world.paid.get(window) ?? NO_AMOUNTS);
            expect(overCap(all, limit)).toBeUndefined();
          }
        };
        for (const [index, one] of actions.entries()) {
          if (one.do === 'call') {
            const of = alive[one.worker] as WindowBudgets;
            const budgets = of.budgetsOf({ tenant: 'acme' });
            const refusal = await of.reserve(budgets, `call-${index}`, one.worst).catch(() => 'lost' as const);
            const window = windowAt('hour', world.now).start;
            if (refusal === undefined) out.push({ id: `call-${index}`, of, worst: one.worst, window });
          } else if (one.do === 'end' && out.length > 0) {
            const [call] = out.splice(one.which % out.length, 1) as [(typeof out)[number]];
            const actual = one.unknown ? call.worst : part(call.worst, one.share);
            call.of.settle(call.id, one.unknown ? undefined : actual);
            book(call.window, actual);
          } else if (one.do === 'tell') {
            // A Worker that comes to an end and one that starts in its place.
            await (alive[one.worker] as WindowBudgets).close().catch(() => undefined);
            alive[one.worker] = start();
          } else if (one.do === 'die' || one.do === 'leave') {
            if (one.do === 'leave') await (alive[one.worker] as WindowBudgets).close().catch(() => undefined);
            const gone = alive[one.worker];
            for (const call of out.filter(({ of }) => of === gone)) book(call.window, call.worst);
            out.splice(0, out.length, ...out.filter(({ of }) => of !== gone));
            alive[one.worker] = start();
          } else if (one.do === 'later') world.now += one.minutes * 60_000;
          check();
        }
        await Promise.all(alive.map((worker) => worker.close().catch(() => undefined)));
        check();
      },
    ),
    SETTINGS,
  );
});

test('a new window starts with its whole cap, whatever the last one came to; late ends count in their own', async () => {
  const world = new World();
  const config: WindowBudgetConfig = { label: 'tenant', window: 'hour', calls: 5, atCap: 'stop' };
  const worker = createWindowBudgets({
    budgets: [config],
    ledger: world.connection,
    holder: 'w',
    now: () => world.now,
  });
  const budgets = worker.budgetsOf({ tenant: 'acme' });
  const one = { costNanoUsd: 7, tokens: 3, calls: 1 };
  for (const id of ['a', 'b', 'c', 'd', 'e']) expect(await worker.reserve(budgets, id, one)).toBeUndefined();
  const refusal = await worker.reserve(budgets, 'f', one);
  expect(refusal).toMatchObject({ short: 'calls', left: 0, needed: 1, opensAt: START + HOUR });
  world.now = START + HOUR;
  expect(await worker.reserve(budgets, 'f', one)).toBeUndefined();
  worker.settle('a', one);
  // Nobody knows what it cost.
  worker.settle('b');
  await worker.close();
  const [earlier, later] = windowStates(world.ledger);
  expect(earlier).toMatchObject({
    start: START,
    spent: { calls: 2, costNanoUsd: 14 },
    leased: { calls: 3 },
    left: { calls: 0 },
  });
  expect(later).toMatchObject({ start: START + HOUR, spent: { calls: 0 }, leased: { calls: 1 }, left: { calls: 4 } });
});

test('a Worker normally asks the ledger once for many calls, and in the end has returned what it did not use', async () => {
  const world = new World();
  let asked = 0;
  const ledger = {
    ...world.connection,
    lease: (...given: Parameters<LedgerConnection['lease']>) => ((asked += 1), world.connection.lease(...given)),
  };
  const config: WindowBudgetConfig = { label: 'tenant', window: 'day', usd: 1, atCap: 'stop' };
  const worker = createWindowBudgets({ budgets: [config], ledger, holder: 'w', now: () => world.now });
  const budgets = worker.budgetsOf({ tenant: 'acme' });
  const worst = { costNanoUsd: 1_000_000, tokens: 100, calls: 1 };
  const used = { costNanoUsd: 100_000, tokens: 10, calls: 1 };
  for (let call = 0; call < 500; call += 1) {
    expect(await worker.reserve(budgets, `c${call}`, worst)).toBeUndefined();
    worker.settle(`c${call}`, used);
  }
  expect(asked).toBeLessThan(25);
  await worker.close();
  expect(windowStates(world.ledger).at(-1)).toMatchObject({
    spent: { costNanoUsd: 50_000_000 },
    leased: { costNanoUsd: 0 },
    left: { costNanoUsd: 950_000_000 },
  });
});

function part(worst: Amounts, share: number): Amounts {
  return { costNanoUsd: Math.floor(worst.costNanoUsd * share), tokens: Math.floor(worst.tokens * share), calls: 1 };
}

test('a ledger that does not answer is a failure that may pass, and nothing is held', async () => {
  const world = new World();
  world.fates = [1];
  const config: WindowBudgetConfig = { label: 'tenant', window: 'day', calls: 1, atCap: 'stop' };
  const worker = createWindowBudgets({
    budgets: [config],
    ledger: world.connection,
    holder: 'w',
    now: () => world.now,
  });
  const budgets = worker.budgetsOf({ tenant: 'acme' });
  const one = { costNanoUsd: 0, tokens: 0, calls: 1 };
  await expect(worker.reserve(budgets, 'a', one)).rejects.toMatchObject({ type: 'BudgetUnavailable', retryable: true });
  expect(await worker.reserve(budgets, 'a', one)).toBeUndefined();
  await worker.close();
});

test('a line about one value takes the place of the line about every value, and labels that nothing is about are left out', () => {
  const every: WindowBudgetConfig = { label: 'tenant', window: 'day', usd: 1, atCap: 'stop' };
  const configs: WindowBudgetConfig[] = [
    every,
    { ...every, value: 'acme', usd: 9, atCap: 'wait' },
    { ...every, window: 'hour' },
  ];
  const name = ({ name: called, caps: { costNanoUsd } }: { name: string; caps: Partial<Amounts> }) => [
    called,
    costNanoUsd,
  ];
  expect(budgetsOf(configs, { tenant: 'acme' }).map(name)).toEqual([
    ['tenant=acme/day', 9e9],
    ['tenant=acme/hour', 1e9],
  ]);
  expect(budgetsOf(configs, { tenant: 'zen', project: 'x' }).map(name)).toEqual([
    ['tenant=zen/day', 1e9],
    ['tenant=zen/hour', 1e9],
  ]);
  expect(labelsWithBudget(configs, { tenant: 'zen', project: 'x' })).toEqual({ tenant: 'zen' });
  expect(labelsWithBudget(configs, { project: 'x' })).toBeUndefined();
});
