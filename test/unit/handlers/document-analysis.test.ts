import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/config/package-paths';
import type { JsonObject } from '../../../src/contracts/json';
import { definitionSchema } from '../../../src/contracts/pipeline.schema';
import { createBuiltInHandlers } from '../../../src/handlers/built-in-handlers';
import { CHILD, fixture } from './extract-text-setup';
import { createFakeContext } from './fake-context';

const file = path.join(packageRoot(), 'definitions', 'document_analysis.yaml');
const definition = definitionSchema.parse(parse(readFileSync(file, 'utf8')));
const handlers = createBuiltInHandlers({ extractionChild: CHILD });

test('document_analysis names the five steps, each with its handler', () => {
  expect(definition.name).toBe('document_analysis');
  expect(definition.steps.map(({ name, handler }) => [name, handler])).toEqual([
    ['extract', 'extract_text'],
    ['classify', 'classify'],
    ['entities', 'extract_entities'],
    ['summary', 'generate_summary'],
    ['validate', 'validate'],
  ]);
});

test('run by hand on a PDF, every reference of document_analysis leads to a value', async () => {
  const { context, put } = createFakeContext({
    answers: [
      { prediction: 'report', score: 0.9, scores: { report: 0.9 } },
      {
        entities: [
          { type: 'money', text: 'EUR 48,300.00' },
          { type: 'date', text: '14 August 2026' },
        ],
      },
      { text: 'The harbour office counted 9,999 ships.' },
    ],
  });
  const values: Record<string, unknown> = { input: put('report.pdf', fixture('report.pdf')) };
  const resolve = (reference: unknown) =>
    String(reference)
      .split('.')
      .reduce<unknown>((value, key) => (value as JsonObject)[key], values);
  for (const step of definition.steps) {
    const inputs = Object.fromEntries(Object.entries(step.inputs).map(([name, from]) => [name, resolve(from)]));
    values[step.name] = await handlers[step.handler as keyof typeof handlers](
      inputs as JsonObject,
      step.config,
      context,
    );
  }
  const output = Object.entries(definition.output as JsonObject).map(([name, from]) => [name, resolve(from)]);
  expect(Object.fromEntries(output)).toMatchObject({
    type: 'report',
    score: 0.9,
    entities: [{ type: 'money', start: expect.any(Number) }, { type: 'date' }],
    summary: 'The harbour office counted 9,999 ships.',
    valid: false,
    findings: [{ severity: 'error', check: 'summary_number', value: '9,999' }],
    language: 'en',
    title: 'Harbour report',
  });
});
