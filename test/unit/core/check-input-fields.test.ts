import { definitionSchema } from '../../../src/contracts/pipeline.schema';
import { checkInputFields } from '../../../src/core/graph/check-input-fields';

const CLOSED = { type: 'object', properties: { text: {}, lines: {} }, additionalProperties: false };
const echo = (inputs: object, more: object = {}) => ({ name: 'a', handler: 'echo', inputs, ...more });
const definition = (input: object, steps: object[], output?: unknown) =>
  definitionSchema.parse({ name: 'd', input, steps, ...(output === undefined ? {} : { output }) });

test.each<[string, object[], unknown]>([
  ['steps[0].inputs.said', [echo({ said: 'input.txet' })], undefined],
  ['steps[0].inputs.said', [echo({ said: 'input.txet?' })], undefined],
  ['steps[0].forEach.items', [echo({}, { forEach: { items: 'input.txet', as: 'line' } })], undefined],
  ['output', [echo({})], 'input.txet'],
  ['output.x', [echo({})], { x: 'input.txet' }],
])(
  'a field that a closed schema of the input does not name is refused at %s, with the nearest one',
  (field, steps, output) => {
    const message = `${field}: the schema of the input has no field "txet"; did you mean "text"? (known: text, lines)`;
    expect(() => checkInputFields(definition(CLOSED, steps, output))).toThrow(
      expect.objectContaining({ message, field }),
    );
  },
);

test.each<[string, object, object]>([
  ['named fields', CLOSED, { a: 'input.text', b: 'input.lines[0].no', c: 'input' }],
  ['literals and steps', CLOSED, { a: { value: 'input.txet' } }],
  ['an open schema', { type: 'object', properties: { text: {} } }, { a: 'input.txet' }],
  ['patterns', { ...CLOSED, patternProperties: { '^t': {} } }, { a: 'input.txet' }],
  ['no properties', { additionalProperties: false }, { a: 'input.txet' }],
])('%s pass', (_what, input, inputs) => {
  expect(() => checkInputFields(definition(input, [echo(inputs)]))).not.toThrow();
});
