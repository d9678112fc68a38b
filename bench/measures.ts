import { setTimeout as sleep } from 'node:timers/promises';
import { openStage, SIDES } from './stage';
import type { Side, StageOptions } from './stage';

/** One line of a bench: both sides, their ratio, and what it must not pass. */
export type Measure = {
  name: string;
  cadenza: number;
  handWritten: number;
  /** What it is compared with, where that is not the hand-written side. */
  against?: string;
  unit: string;
  ratio: number;
  limit: string;
  holds: boolean;
  /** What a reader has to know of how it ended. */
  note?: string;
};

/** The product's patterns that are measured. */
const PATTERNS = ['pipeline', 'chain'] as const;

/** A call through a pattern against the same call written by hand, with a model of 50 ms and one that answers at once. */
export async function overhead(): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const [delayMs, limit] of [
    [50, 1.25],
    [0, 2],
  ] as const) {
    for (const calls of [1, 5]) {
      const times = await timed({ delayMs, slots: 200 }, (side) => medianRun(side, calls));
      const name = `${calls} call${calls > 1 ? 's' : ''}, model ${delayMs} ms`;
      for (const pattern of PATTERNS) {
        measures.push(atMost(`${pattern}, ${name}`, times[pattern], times.handWritten, 'ms', limit));
      }
    }
  }
  return measures;
}

/** Calls a second of 100 runs of five calls at once. */
export async function throughput(): Promise<Measure[]> {
  const rates = await timed({ delayMs: 0, slots: 200 }, async (side) => {
    await Promise.all(Array.from({ length: 20 }, () => side.run(5)));
    const rounds: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const start = performance.now();
      await Promise.all(Array.from({ length: 100 }, () => side.run(5)));
      rounds.push(500 / ((performance.now() - start) / 1000));
    }
    return median(rounds);
  });
  return PATTERNS.map((pattern) => {
    const ratio = rates[pattern] / rates.handWritten;
    return {
      name: `${pattern}, 100 runs of 5 calls`,
      cadenza: rates[pattern],
      handWritten: rates.handWritten,
      unit: 'calls/s',
      ratio,
      limit: 'at least 0.6',
      holds: ratio >= 0.6,
    };
  });
}

/** Memory of the Worker process with 1,000 open runs, each waiting on the model. */
export async function memory(): Promise<Measure[]> {
  const used = await timed({ delayMs: 60_000, slots: 1_000 }, async (side) => {
    for (let started = 0; started < 1_000; started += 50) {
      await Promise.all(Array.from({ length: 50 }, () => side.start(1)));
    }
    // Until every run waits on its call.
    await sleep(25_000);
    return side.rssMb();
  });
  return PATTERNS.map((pattern) => atMost(`${pattern}, 1,000 open runs`, used[pattern], used.handWritten, 'MB', 1.4));
}

/** Every side on a stage of its own, one after the other, so that none slows another down. */
async function timed(
  options: StageOptions,
  measure: (side: Side) => Promise<number>,
): Promise<Record<(typeof SIDES)[number], number>> {
  const values = { pipeline: 0, chain: 0, handWritten: 0 };
  for (const name of SIDES) {
    const stage = await openStage(options);
    try {
      values[name] = await measure(stage.sides[name]);
    } finally {
      await stage.close();
    }
  }
  return values;
}

async function medianRun(side: Side, calls: number): Promise<number> {
  for (let warm = 0; warm < 5; warm += 1) await side.run(calls);
  const times: number[] = [];
  for (let round = 0; round < 25; round += 1) {
    const start = performance.now();
    await side.run(calls);
    times.push(performance.now() - start);
  }
  return median(times);
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function atMost(name: string, cadenza: number, handWritten: number, unit: string, limit: number): Measure {
  const ratio = cadenza / handWritten;
  return { name, cadenza, handWritten, unit, ratio, limit: `at most ${limit}`, holds: ratio <= limit };
}
