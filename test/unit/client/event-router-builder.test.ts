import { parse } from 'yaml';
import { eventRouter, optional } from '../../../src/client';
import { checkInput } from '../../../src/contracts/check-input.schema';
import type { DocumentReference } from '../../../src/contracts/content';
import { CadenzaError } from '../../../src/contracts/failures';

type Events = { 'document.uploaded': { document: DocumentReference; customer: string; type?: string } };

test('the data is what hand-written YAML gives', () => {
  const built = eventRouter<Events>({ strict: true, maxHops: 8 })
    .on('document.uploaded', {
      name: 'read',
      handler: 'extract_text',
      inputs: ({ data }) => ({ document: data.document }),
      filter: "data.customer != 'test'",
      orderBy: ({ data }) => data.customer,
      emit: {
        type: 'text.extracted',
        data: ({ data, id, result }) => ({ text: result.text, kind: optional(data.type), from: id, version: 2 }),
      },
      retryCount: 2,
      timeoutSeconds: 60,
    })
    .on('text.extracted', {
      handler: 'classify',
      inputs: ({ data }) => ({ text: data.text, labels: ['a', 'b'] }),
      config: { model: 'gpt4' },
      emit: 'document.classified',
    })
    .on('document.*', { definition: 'archive', inputs: ({ type, data }) => ({ type, all: data }) })
    .on('text.extracted.failed', { pattern: 'chain', inputs: ({ data }) => ({ initialPrompt: data.error.message }) });
  const yaml = `
    strict: true
    maxHops: 8
    subscriptions:
      - { on: document.uploaded, name: read, handler: extract_text, inputs: { document: data.document },
          filter: "data.customer != 'test'", orderBy: data.customer, retryCount: 2, timeoutSeconds: 60,
          emit: { type: text.extracted,
                  data: { text: result.text, kind: data.type?, from: id, version: { value: 2 } } } }
      - { on: text.extracted, handler: classify, inputs: { text: data.text, labels: { value: [a, b] } },
          config: { model: gpt4 }, emit: document.classified }
      - { on: document.*, definition: archive, inputs: { type: type, all: data } }
      - { on: text.extracted.failed, pattern: chain, inputs: { initialPrompt: data.error.message } }`;
  expect(built.input()).toEqual(checkInput('eventRouter', parse(yaml)));
});

test('without a declaration every type will do, and its data is JSON', () => {
  const built = eventRouter().on('a.b', {
    handler: 'classify',
    inputs: ({ data }) => ({ text: data.at('text') as never }),
  });
  expect(built.input()).toMatchObject({ subscriptions: [{ on: 'a.b', inputs: { text: 'data.text' } }] });
});

test('a router is never changed', () => {
  const begun = eventRouter<Events>();
  begun.on('document.uploaded', { definition: 'x' });
  expect(begun.input()).toMatchObject({ subscriptions: [] });
});

const loose = eventRouter() as unknown as { on(type: string, spec: object): { input(): unknown } };
test.each<[string, () => unknown, string]>([
  ['a type that is none', () => loose.on('a b', { definition: 'x' }).input(), 'subscriptions[0].on'],
  ['two kinds', () => loose.on('a', { definition: 'x', handler: 'y' }).input(), 'subscriptions[0]'],
  ['an unknown field', () => loose.on('a', { definition: 'x', fliter: 'true' }).input(), 'subscriptions[0]'],
  ['an order by a value', () => loose.on('a', { definition: 'x', orderBy: () => 'id' }), 'subscriptions[0].orderBy'],
  [
    'a result before there is one',
    () => loose.on('a', { handler: 'x', inputs: (e: { result: unknown }) => ({ r: e.result }) }),
    'result',
  ],
  ['0 handlers at once', () => eventRouter({ maxParallel: 0 }).input(), 'maxParallel'],
])('%s is refused, with the field', (_what, work, field) => {
  expect(work).toThrow(CadenzaError);
  expect(work).toThrow(field);
});
