import { z } from 'zod';
import { boundedSchema } from '../../../../src/embedded/local-model/bounded-schema';

describe('the schema of an answer', () => {
  it('gets bounds for strings and arrays that have none, and keeps tighter ones', () => {
    const schema = z.toJSONSchema(
      z.object({
        name: z.string(),
        code: z.string().max(5),
        tags: z.array(z.string()).max(3),
        all: z.array(z.number()),
      }),
    );
    expect(boundedSchema(schema)).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 0, maxLength: 400 },
        code: { type: 'string', minLength: 0, maxLength: 5 },
        tags: { type: 'array', items: { type: 'string', minLength: 0, maxLength: 400 }, minItems: 0, maxItems: 3 },
        all: { type: 'array', items: { type: 'number' }, minItems: 0, maxItems: 20 },
      },
    });
  });

  it('has unions and lists of types as alternatives, with their bounds', () => {
    expect(boundedSchema({ anyOf: [{ type: 'string', maxLength: 2 }, { type: 'null' }] })).toEqual({
      oneOf: [{ type: 'string', minLength: 0, maxLength: 2 }, { type: 'null' }],
    });
    expect(boundedSchema({ type: ['array', 'null'], items: { enum: ['a', 'b'] } })).toEqual({
      oneOf: [{ type: 'array', items: { enum: ['a', 'b'] }, minItems: 0, maxItems: 20 }, { type: 'null' }],
    });
  });

  it('lets a field without a type be any simple value, never only null', () => {
    const any = boundedSchema({ type: 'object', properties: { x: {} } }) as { properties: { x: { oneOf: unknown[] } } };
    expect(any.properties.x.oneOf).toContainEqual({ type: 'number' });
  });

  it('keeps references to its own definitions', () => {
    const schema = {
      $ref: '#/$defs/node',
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
    };
    expect(boundedSchema(schema)).toEqual(schema);
  });

  it.each([
    [{ allOf: [{ type: 'string' }] }, '$: allOf and not are not served'],
    [{ $ref: 'https://example.org/schema.json' }, '$: only references to #/$defs/ are served'],
    [{ type: 'date' }, '$: type "date" is not a type of JSON Schema'],
    [{ type: 'object', properties: { a: { type: 'array', items: 5 } } }, '$.a.items: not a schema'],
    [{ anyOf: 'x' }, '$.oneOf: not a list of schemas'],
  ])('is refused by its place where a grammar can not keep to it: %j', (schema, message) => {
    expect(() => boundedSchema(schema)).toThrow(message);
  });

  it('is refused where it is nested without end', () => {
    let schema: Record<string, unknown> = { type: 'string' };
    for (let i = 0; i < 30; i++) schema = { type: 'array', items: schema };
    expect(() => boundedSchema(schema)).toThrow('nested more than 20 deep');
  });
});
