import type { MetricMeter } from '@temporalio/common';
import { unheard } from '../unheard';
import type { MetricName, MetricRow } from './metric-table';
import { METRICS } from './metric-table';

/** Adds to a counter, notes a value in a histogram, or sets a gauge, under labels. Never throws. */
export type Meters = { add(name: MetricName, value: number, labels: Record<string, string>): void };

/** Different values of one label: more of them are counted together as `other`. */
const MOST_VALUES = 200;

/** Every metric of the table, on the meter of the SDK: with its exporter, beside its own metrics. */
export function createMeters(meter: MetricMeter): Meters {
  const instruments = Object.fromEntries(
    Object.entries(METRICS).map(([name, row]) => [name, instrument(meter, name, row)]),
  ) as Record<MetricName, (value: number, labels: Record<string, string>) => void>;
  const seen = new Map<string, Set<string>>();
  return {
    add(name, value, labels) {
      unheard(() => {
        const bounded = Object.entries(labels).map(([label, text]) => [label, known(seen, label, text)]);
        instruments[name](value, Object.fromEntries(bounded) as Record<string, string>);
      });
    },
  };
}

function instrument(meter: MetricMeter, name: string, row: (typeof METRICS)[MetricName]) {
  if (row.kind === 'counter') {
    const counter = meter.createCounter(name, '', row.help);
    return (value: number, labels: Record<string, string>) => counter.add(value, labels);
  }
  if (row.kind === 'gauge') {
    const gauge = meter.createGauge(name, 'float', unitOf(row), row.help);
    return (value: number, labels: Record<string, string>) => gauge.set(value, labels);
  }
  const histogram = meter.createHistogram(name, 'float', unitOf(row), row.help);
  return (value: number, labels: Record<string, string>) => histogram.record(value, labels);
}

function unitOf(row: MetricRow): string {
  return row.unit ?? '';
}

function known(seen: Map<string, Set<string>>, label: string, value: string): string {
  const values = seen.get(label) ?? new Set();
  seen.set(label, values);
  if (values.has(value)) return value;
  if (values.size >= MOST_VALUES) return 'other';
  values.add(value);
  return value;
}
