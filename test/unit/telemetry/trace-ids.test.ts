import { isSpanContextValid } from '@opentelemetry/api';
import { runInArguments } from '../../../src/core/run-in-arguments';
import { fromTraceHeader, toTraceHeader } from '../../../src/telemetry/traces/trace-header';
import { runSpanIdOf, traceIdOf } from '../../../src/telemetry/traces/trace-ids';

test('every Worker knows the trace and the span of a run', () => {
  const run = { namespace: 'default', workflowId: 'chain-1', runId: 'run-1' };
  const ids = { traceId: traceIdOf('default', 'chain-1'), spanId: runSpanIdOf(run), traceFlags: 1 };
  expect(isSpanContextValid(ids)).toBe(true);
  expect(runSpanIdOf({ ...run })).toBe(ids.spanId);
  expect(runSpanIdOf({ ...run, runId: 'run-2' })).not.toBe(ids.spanId);
  // Namespace and id do not run into each other.
  expect(traceIdOf('a', 'b/c')).not.toBe(traceIdOf('a/b', 'c'));
});

test('a header is read as it was written, and one that is no trace is none', () => {
  const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
  expect(fromTraceHeader(toTraceHeader(span))).toEqual({ ...span, isRemote: true });
  expect(fromTraceHeader(toTraceHeader({ ...span, traceFlags: 0 }))?.traceFlags).toBe(0);
  for (const traceId of ['', 'x'.repeat(32), '0'.repeat(32), `${span.traceId}\n`]) {
    expect(fromTraceHeader(toTraceHeader({ ...span, traceId }))).toBeUndefined();
  }
  for (const header of [undefined, null, 1, 'text', {}, { data: new Uint8Array([1, 2]) }]) {
    expect(fromTraceHeader(header)).toBeUndefined();
  }
});

test('whose journal a call is in is read from the arguments of Activities and children', () => {
  const journal = { workflowId: 'root', firstRunId: 'r', tenant: 't' };
  expect(runInArguments([{ run: journal, step: 's' }])).toBe('root');
  expect(runInArguments([{ task: 'x' }, { journal, depth: 1 }])).toBe('root');
  expect(runInArguments([{ call: { run: journal } }])).toBe('root');
  expect(runInArguments([journal, 'step'])).toBe('root');
  expect(runInArguments([{ workflowId: 'someone' }, undefined, null, 'run', 3])).toBeUndefined();
});
