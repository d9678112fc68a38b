import { widthOf } from '../../../src/cli/render/layout';
import { PLAIN } from '../../../src/cli/render/paint';
import { resultLines } from '../../../src/cli/render/run-result';
import type { Envelope } from '../../../src/contracts/envelope.schema';
import type { JsonValue } from '../../../src/contracts/json';
import type { PipelineResult } from '../../../src/contracts/pipeline.schema';

const NO_USAGE = { calls: 0, cutCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, journalHits: 0, cacheHits: 0 };
const OUTPUT = {
  type: 'invoice',
  score: 0.9,
  language: 'en',
  summary: `A summary\u001b[2J ${'of many words '.repeat(30)}`,
  entities: [
    { type: 'organization', text: 'Fennimore & Oakes Ltd' },
    { type: 'organization', text: 'Fennimore & Oakes Ltd' },
    { type: 'person', text: `山田太郎${'山'.repeat(80)}` },
  ],
  valid: false,
  findings: [{ severity: 'error', check: 'x', message: 'the summary names a date that does not stand in the text' }],
};

function envelopeOf(output: JsonValue, definition?: string): Envelope {
  const steps = {
    extract: { stepName: 'extract', status: 'completed', output: null, durationSeconds: 1, attempts: 1 },
    classify: {
      stepName: 'classify',
      status: 'completed',
      output: { note: 'English only' },
      durationSeconds: 2,
      attempts: 1,
      models: ['fast_classifier'],
    },
  };
  const usage = { ...NO_USAGE, byModel: {}, byStep: { classify: NO_USAGE } };
  const known = definition === undefined ? {} : { definition: { name: definition, version: '1' } };
  const result = { results: steps, output, success: true, ...known, usage, partial: false } as unknown as JsonValue;
  return { workflowId: 'id', runId: 'run', pattern: 'pipeline', status: 'completed', result };
}

const options = { columns: 79, paint: PLAIN };

it('shows a document: type with score, summary, entities in groups, findings; then how it was decided', () => {
  const lines = resultLines('invoice.pdf', envelopeOf(OUTPUT, 'document_analysis'), { ...options, output: OUTPUT });
  const text = lines.join('\n');
  expect(text).toMatch(/^✓ invoice\.pdf\n {2}Type +invoice \(score 0\.90\)/);
  expect(text).toMatch(/Entities +organization +Fennimore & Oakes Ltd\n +person +山田太郎/);
  expect(text).toMatch(/Checks +not passed, 1 finding\n +error +the summary names a date/);
  expect(text).toMatch(/How it was decided\n.*extract[^]*✓ classify +fast_classifier +2\.0 s\n +English only/);
  expect(text.indexOf('Summary')).toBeLessThan(text.indexOf('How it was decided'));
  expect(lines.map(widthOf).filter((width) => width > 79)).toEqual([]);
  expect(text).not.toContain('\u001b');
});

it('shows the output of any other pipeline as YAML', () => {
  const output = { answer: ['one', 'two'] };
  const lines = resultLines('run', envelopeOf(output), { ...options, output });
  expect(lines.slice(0, 4)).toEqual(['✓ run', '  answer:', '    - one', '    - two']);
});

it('shows what a failed run has and why it failed', () => {
  const failed: Envelope = {
    ...envelopeOf({ type: 'invoice' }, 'document_analysis'),
    status: 'failed',
    error: { type: 'AuthenticationFailed', message: 'step "summary": provider "openai" refused the key' },
  };
  const text = resultLines('invoice.pdf', failed, { ...options, output: { type: 'invoice' } }).join('\n');
  expect(text).toMatch(/^✗ invoice\.pdf {2}failed\n {2}AuthenticationFailed: step "summary": provider "openai"/);
  expect(text).toMatch(/Type +invoice/);
});

it('shows what a rerun kept, and the callbacks that did not get through', () => {
  const envelope = envelopeOf('done');
  const result = structuredClone(envelope.result) as unknown as PipelineResult;
  Object.assign(result.results['extract'] ?? {}, { reason: 'taken from an earlier run', durationSeconds: 0 });
  const error = { type: 'RunNotFound', message: 'no router with the id "audit" goes on' };
  result.callbacks = [
    { step: 'extract', to: 'webhook', status: 'delivered' },
    { step: 'extract', to: 'event', status: 'failed', error },
  ];
  const given = { ...envelope, result: result as unknown as JsonValue };
  const text = resultLines('run', given, { ...options, output: 'done' }).join('\n');
  expect(text).toContain('      taken from an earlier run');
  expect(text).toContain(
    '  Callback of extract (event) failed: RunNotFound: no router with the id\n    "audit" goes on',
  );
  expect(text).not.toContain('webhook');
});
