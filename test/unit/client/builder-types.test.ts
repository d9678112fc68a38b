import { eventRouter, optional, pipeline } from '../../../src/client';
import type { OutputOf } from '../../../src/client';
import type { BuiltInHandlerTypes } from '../../../src/contracts/handler-types';
import type { DocumentReference } from '../../../src/contracts/content';
import type { TextResult } from '../../../src/contracts/model';
import type { ClassifyOutput } from '../../../src/handlers/classify';
import type { ExtractEntitiesOutput } from '../../../src/handlers/extract-entities';
import type { ExtractedDocument } from '../../../src/handlers/extraction/protocol';
import type { Validation } from '../../../src/core/validation/validate-analysis';

/**
 * The tests of this file are their types: `npm run lint` fails where an error that is expected does not come. None
 * of what is written for the compiler runs.
 */
const forTheCompiler = (_work: () => void) => expect(true).toBe(true);

const _handlers = {
  split: ({ text }: { text: string; by?: string }) => ({ parts: [{ name: text, n: 1 }], at: new Date(0) }),
  shout: async ({ text }: { text: string }, config: { marks?: number }) => ({ loud: text + String(config.marks) }),
};
const start = pipeline<typeof _handlers>('p').input<{ document: DocumentReference; limit: number; note?: string }>();
const read = start.step('text', { handler: 'extract_text', inputs: ({ input }) => ({ document: input.document }) });

/** Both have the same fields, and what the handler gives is what the contract says. */
type Agrees<Stated, Real extends Stated> = [keyof Stated] extends [keyof Real] ? true : false;

test('what the contracts say of the built-in handlers is what the handlers give', () => {
  type Outputs = { [H in keyof BuiltInHandlerTypes]: BuiltInHandlerTypes[H]['output'] };
  const agreed: [
    Agrees<Omit<Outputs['extract_text'], 'language'>, ExtractedDocument>,
    Agrees<Outputs['classify'], ClassifyOutput>,
    Agrees<Outputs['extract_entities'], ExtractEntitiesOutput>,
    Agrees<Outputs['generate_summary'], TextResult>,
    Agrees<Outputs['validate'], Validation>,
  ] = [true, true, true, true, true];
  expect(agreed).not.toContain(false);
});

test('references know the fields of earlier steps, and of nothing else', () =>
  forTheCompiler(() => {
    // @ts-expect-error no such field
    read.output(({ text }) => text.nope);
    // @ts-expect-error no such step
    read.output(({ txet }) => txet);
    // @ts-expect-error a later step
    read.step('kind', { handler: 'classify', inputs: ({ kind }) => ({ text: kind.type }) });
    // @ts-expect-error an entry without forEach
    read.step('kind', { handler: 'classify', inputs: ({ item }) => ({ text: item }) });
    // @ts-expect-error the order names no step
    read.step('kind', { wait: { seconds: 1 }, dependsOn: ['txet'] });
  }));

test('parameters have the types of the handler', () =>
  forTheCompiler(() => {
    // @ts-expect-error a number is no text
    read.step('kind', { handler: 'classify', inputs: ({ input }) => ({ text: input.limit }) });
    // @ts-expect-error a title may be null
    read.step('kind', { handler: 'classify', inputs: ({ text }) => ({ text: text.title }) });
    // @ts-expect-error what may be missing does not fill what is required
    read.step('kind', { handler: 'classify', inputs: ({ input }) => ({ text: optional(input.note) }) });
    // @ts-expect-error no such parameter
    read.step('kind', { handler: 'classify', inputs: ({ text }) => ({ text: text.text, lables: ['a'] }) });
    // @ts-expect-error a required parameter is left out
    read.step('kind', { handler: 'classify', inputs: () => ({}) });
    // @ts-expect-error inputs are left out
    read.step('kind', { handler: 'classify' });
    // @ts-expect-error no such setting
    read.step('kind', { handler: 'classify', inputs: ({ text }) => ({ text: text.text }), config: { modle: 'a' } });
    // @ts-expect-error a setting of a handler of one's own
    read.step('loud', { handler: 'shout', inputs: ({ text }) => ({ text: text.text }), config: { marks: 'two' } });
    // @ts-expect-error a field of a task that belongs to another
    read.step('mood', { handler: 'sentiment', inputs: ({ text }) => ({ text: text.text, labels: ['a'] }) });
  }));

test('a step has a new name and one kind', () =>
  forTheCompiler(() => {
    // @ts-expect-error the name is taken
    read.step('text', { wait: { seconds: 1 } });
    // @ts-expect-error a name with a meaning of its own
    read.step('input', { wait: { seconds: 1 } });
    // @ts-expect-error no such handler
    read.step('a', { handler: 'extract_txt', inputs: ({ input }) => ({ document: input.document }) });
    // @ts-expect-error no such pattern
    read.step('a', { pattern: 'ensembel' });
    // @ts-expect-error two kinds
    read.step('a', { wait: { seconds: 1 }, approval: { message: 'Go on?' } });
    // @ts-expect-error no kind
    read.step('a', { dependsOn: ['text'] });
    // @ts-expect-error nothing to transform
    read.step('a', { wait: { seconds: 1 }, transform: '1' });
    // @ts-expect-error no such field
    read.step('a', { wait: { seconds: 1 }, triger: 'all_done' });
  }));

test('outputs carry their types on: lists, dates as text, defaults, what a transform makes', () => {
  const built = read
    .step('parts', { handler: 'split', inputs: ({ text, input }) => ({ text: text.text, by: optional(input.note) }) })
    .step('loud', {
      handler: 'shout',
      forEach: { items: ({ parts }) => parts.parts },
      inputs: ({ item }) => ({ text: item.name }),
      onFailure: { default: null },
    })
    .step('ok', { approval: { message: 'Go on?' } })
    .step('sized', { handler: 'shout', inputs: () => ({ text: 'a' }), transform: '$length(loud)' })
    .output(({ parts, loud, ok, sized }) => ({ at: parts.at, loud, by: ok.by, sized }));
  type Out = OutputOf<typeof built>;
  const output: Out = { at: '1970-01-01T00:00:00.000Z', loud: [{ loud: 'a' }], by: 'me', sized: 3 };
  const none: Out['loud'] = null;
  // @ts-expect-error dates are text in JSON
  const wrong: Out['at'] = new Date(0);
  expect([output.by, none, wrong]).toHaveLength(3);
  forTheCompiler(() => {
    // @ts-expect-error the input of a run is typed
    built.runWith({ limit: 3 });
    // @ts-expect-error so are the steps that options name
    built.runWith({} as never, { config: { prats: {} } });
  });
});

type Uploads = { 'document.uploaded': { document: DocumentReference; customer: string } };

test('events carry the types of their data, also of what handlers emit', () =>
  forTheCompiler(() => {
    const router = eventRouter<Uploads, typeof _handlers>().on('document.uploaded', {
      handler: 'extract_text',
      inputs: ({ data }) => ({ document: data.document }),
      emit: 'text.extracted',
    });
    router.on('text.extracted', { handler: 'classify', inputs: ({ data }) => ({ text: data.text }) });
    router.on('text.*', { handler: 'shout', inputs: ({ data }) => ({ text: data.text }) });
    router.on('text.extracted.failed', { handler: 'shout', inputs: ({ data }) => ({ text: data.error.message }) });
    // @ts-expect-error nothing emits it
    router.on('text.extractd', { definition: 'x' });
    // @ts-expect-error not a field of its data
    router.on('text.extracted', { handler: 'classify', inputs: ({ data }) => ({ text: data.txt }) });
    // @ts-expect-error not a parameter
    router.on('text.extracted', { handler: 'classify', inputs: ({ data }) => ({ text: data.text, q: 1 }) });
    // @ts-expect-error two kinds
    router.on('text.extracted', { definition: 'x', pattern: 'pipeline' });
    // @ts-expect-error no kind
    router.on('text.extracted', { filter: 'true' });
  }));
