import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { optional, pipeline, typed } from '../../../src/client';
import { parseDefinition } from '../../../src/config/load-definitions';
import { checkInput } from '../../../src/contracts/check-input.schema';
import type { DocumentReference } from '../../../src/contracts/content';
import { CadenzaError } from '../../../src/contracts/failures';

const _handlers = {
  split: ({ text }: { text: string; by?: string }) => ({ parts: [{ name: text, n: 1 }] }),
  shout: ({ text }: { text: string }, config: { marks?: number }) => ({ loud: text + '!'.repeat(config.marks ?? 1) }),
};
type Input = { document: DocumentReference; limit: number; note?: string };
const start = () =>
  pipeline<typeof _handlers>('orders')
    .input<Input>()
    .step('text', { handler: 'extract_text', inputs: ({ input }) => ({ document: input.document }) });

const refused = (work: () => unknown): CadenzaError => {
  try {
    work();
  } catch (error) {
    if (error instanceof CadenzaError) return error;
    throw error;
  }
  throw new Error('was not refused');
};

describe('the data', () => {
  test('is that of the YAML file: document_analysis has the version of the file that ships', () => {
    const file = path.join(__dirname, '..', '..', '..', 'definitions', 'document_analysis.yaml');
    const shipped = parseDefinition(readFileSync(file, 'utf8'), file);
    const description =
      'Reads a document, classifies it, finds its entities, summarizes it and checks the results against its text.';
    const built = pipeline('document_analysis', { description })
      .input<DocumentReference>()
      .step('extract', { handler: 'extract_text', inputs: ({ input }) => ({ document: input }) })
      .step('classify', { handler: 'classify', inputs: ({ extract }) => ({ text: extract.text }) })
      .step('entities', { handler: 'extract_entities', inputs: ({ extract }) => ({ text: extract.text }) })
      .step('summary', {
        handler: 'generate_summary',
        inputs: ({ extract, classify }) => ({ text: extract.text, documentType: classify.type }),
      })
      .step('validate', {
        handler: 'validate',
        inputs: ({ entities, summary, extract }) => ({
          entities: entities.result,
          summary: summary.text,
          text: extract.text,
        }),
      })
      .output(({ extract, classify, entities, summary, validate }) => ({
        type: classify.type,
        score: classify.score,
        entities: entities.result,
        summary: summary.text,
        valid: validate.valid,
        findings: validate.findings,
        language: extract.language,
        title: extract.title,
      }));
    expect(parseDefinition(JSON.stringify(built.definition()), 'built').version).toBe(shipped.version);
  });

  test('has every field a step can have, as hand-written YAML gives it', () => {
    const built = start()
      .step('parts', {
        handler: 'split',
        inputs: ({ text, input }) => ({ text: text.text, by: optional(input.note) }),
        condition: "text.language = 'en'",
        onFailure: { default: { parts: [] } },
        retryCount: 5,
        timeoutSeconds: 20,
      })
      .step('loud', {
        handler: 'shout',
        forEach: { items: ({ parts }) => parts.parts, as: 'part', maxParallel: 3 },
        inputs: ({ part }) => ({ text: part.name }),
        config: { marks: 2 },
        transform: '{ "size": $length(loud) }',
        returns: typed<{ size: number }>(),
      })
      .step('ok', { approval: { message: 'Go on?' }, dependsOn: ['loud'], trigger: 'none_failed' })
      .step('pause', { wait: { seconds: 2 }, dependsOn: ['ok'], onFailure: 'continue' })
      .step('kind', { handler: 'classification', inputs: ({ text }) => ({ text: text.text, labels: ['a', 'b'] }) })
      .step('sub', {
        pattern: 'pipeline',
        config: { definition: 'document_analysis' },
        inputs: ({ input }) => ({ input: input.document }),
      })
      .output(({ loud, kind }) => ({ first: loud.at(0).size, second: loud[1]!.size, kind: kind.prediction, n: 7 }))
      .callbacks({ '*': { event: { router: 'r' } }, loud: { webhook: { url: 'https://example.com/' } } });
    const yaml = `
      steps:
        - { name: text, handler: extract_text, inputs: { document: input.document } }
        - { name: parts, handler: split, inputs: { text: text.text, by: input.note? }, condition: "text.language = 'en'",
            onFailure: { default: { parts: [] } }, retryCount: 5, timeoutSeconds: 20 }
        - { name: loud, handler: shout, forEach: { items: parts.parts, as: part, maxParallel: 3 },
            inputs: { text: part.name }, config: { marks: 2 }, transform: '{ "size": $length(loud) }' }
        - { name: ok, approval: { message: Go on? }, dependsOn: [loud], trigger: none_failed }
        - { name: pause, wait: { seconds: 2 }, dependsOn: [ok], onFailure: continue }
        - { name: kind, handler: classification, inputs: { text: text.text, labels: { value: [a, b] } } }
        - { name: sub, pattern: pipeline, config: { definition: document_analysis }, inputs: { input: input.document } }
      output: { first: "loud[0].size", second: "loud[1].size", kind: kind.prediction, n: { value: 7 } }
      callbacks: { "*": { event: { router: r } }, loud: { webhook: { url: https://example.com/ } } }
      input: { document: { ref: "sha256:${'0'.repeat(64)}", bytes: 1, mediaType: text/plain, name: a.txt }, limit: 3 }
      maxParallel: 4
      failFast: false`;
    const document = { ref: `sha256:${'0'.repeat(64)}`, bytes: 1, mediaType: 'text/plain', name: 'a.txt' } as const;
    const given = built.runWith({ document, limit: 3 }, { maxParallel: 4, failFast: false });
    expect(checkInput('pipeline', given)).toEqual(checkInput('pipeline', parse(yaml)));
  });

  test('a builder is never changed: two pipelines grow from one beginning', () => {
    const begun = start();
    const one = begun.step('a', { wait: { seconds: 1 } });
    const two = begun.step('a', { wait: { seconds: 2 } });
    expect(begun.definition().steps).toHaveLength(1);
    expect([one, two].map((built) => built.definition().steps[1]?.wait?.seconds)).toEqual([1, 2]);
  });

  test('any plain value comes through as a literal, and any path as a reference', () => {
    const part = fc.oneof(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,8}$/), fc.nat({ max: 999 }));
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(part, { maxLength: 5 }), (value, parts) => {
        const built = pipeline<{ any: (inputs: Record<string, unknown>) => null }>('p').step('s', {
          handler: 'any',
          inputs: ({ input }) => ({
            literal: value,
            path: parts.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], input),
          }),
        });
        const text = parts.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
        const { literal, path: reference } = built.definition().steps[0]?.inputs ?? {};
        expect(JSON.stringify(literal)).toBe(JSON.stringify({ value }));
        expect(reference).toBe(`input${text}`);
      }),
      { seed: 20261123, numRuns: 200 },
    );
  });
});

describe('what can not be is refused, with the field', () => {
  const begun = start();
  const loose = begun as unknown as { step(name: string, spec: object): typeof begun };
  test.each<[string, () => unknown, string]>([
    ['an unknown field', () => loose.step('a', { handlr: 'x' }).definition(), 'steps[1]'],
    ['a step of two kinds', () => loose.step('a', { handler: 'x', wait: { seconds: 1 } }).definition(), 'steps[1]'],
    ['no attempts', () => loose.step('a', { handler: 'x', retryCount: 0 }).definition(), 'steps[1].retryCount'],
    ['a second step of a name', () => loose.step('text', { wait: { seconds: 1 } }).definition(), 'steps[1].name'],
    ['a reserved name', () => loose.step('thought', { wait: { seconds: 1 } }).definition(), 'steps[1].name'],
    ['a wait for a later step', () => loose.step('a', { handler: 'x', dependsOn: ['b'] }).definition(), 'dependsOn[0]'],
    ['a reference in a value', () => begun.output(({ text }) => ({ a: { b: text.text } })), 'output.a.b'],
    ['a date', () => loose.step('a', { handler: 'x', inputs: () => ({ at: new Date(0) }) }), 'a.inputs.at'],
    ['not a number', () => loose.step('a', { handler: 'x', config: { n: NaN } }), 'a.config.n'],
    ['a lone output called value', () => begun.output(({ text }) => ({ value: text.text })), 'output.value'],
    ['a name no step can have', () => loose.step('a b', { wait: { seconds: 1 } }).definition(), 'steps[1].name'],
    ['a callback that is none', () => begun.callbacks({ text: { webhook: { url: 'ftp://x' } } }).definition(), 'text'],
  ])('%s', (_what, work, field) => {
    const error = refused(work);
    expect(error.type).toBe('InvalidInput');
    expect(error.message).toContain(field);
    expect(error.field).toContain(field);
  });

  test('a misspelt step is named with the nearest, where no compiler has looked', () => {
    const misspelt = (refs: { text: unknown }) => ({ x: (refs as unknown as { txet: unknown }).txet });
    expect(refused(() => begun.output(misspelt)).message).toMatch(/"txet".*did you mean "text"/);
  });

  test('a reference is not a text, and says so', () => {
    const error = refused(() => begun.output(({ text }) => ({ x: `${text.text as unknown as string}!` })));
    expect(error.message).toContain('text.text is a reference');
  });

  test.each(['a b', '', 'x?', 'é'])('a field "%s" that no reference can name', (key) => {
    const error = refused(() => begun.output(({ text }) => ({ x: (text as never)[key] })));
    expect(error.message).toContain('a reference can not name');
  });
});
