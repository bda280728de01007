import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../base/json.ts';
import { compileSchema } from './json-schema.ts';

function faultsOf(schema: JsonObject, value: unknown): readonly string[] {
  return compileSchema(schema)
    .check(value)
    .map(({ path, message, hint }) => `${path}: ${message}${hint === undefined ? '' : ` (${hint})`}`);
}

function asJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** Undefined where the code that ajv has made for the schema is broken. */
function judgement(judge: () => boolean): boolean | undefined {
  try {
    return judge();
  } catch (thrown) {
    if (thrown instanceof ReferenceError) return undefined;
    throw thrown;
  }
}

describe('compileSchema', () => {
  it('names the place of every fault and what was meant', () => {
    const schema = {
      type: 'object',
      properties: {
        items: {
          type: 'array',
          items: {
            properties: { price: { type: 'number', minimum: 0 } },
            required: ['price'],
            additionalProperties: false,
          },
        },
        state: { enum: ['open', 'closed'] },
        code: { type: 'string', pattern: '^[A-Z]+$', maxLength: 3 },
      },
      required: ['state', 'name'],
    };
    expect(
      faultsOf(schema, { items: [{ price: '3' }, { pirce: 1, price: -1 }, 5], state: 'opne', code: 'abcd' }),
    ).toEqual(
      [
        'name: is required and missing',
        'items[0].price: expected a number, got the text "3"',
        'items[1].pirce: there is nothing of this name (Did you mean "price"?)',
        'items[1].price: expected at least 0, got the number -1',
        'state: expected "open" or "closed", got the text "opne" (Did you mean "open"?)',
        'code: expected at most 3 characters, got 4',
        'code: expected a text that matches ^[A-Z]+$, got the text "abcd"',
      ].map((text) => expect.stringContaining(text) as string),
    );
  });

  it('tells the faults of the form that was meant', () => {
    const circle = {
      properties: { kind: { const: 'circle' }, radius: { type: 'number' } },
      required: ['kind', 'radius'],
    };
    const text = { type: 'string' };
    expect(faultsOf({ anyOf: [text, circle] }, { kind: 'circle', radius: 'x' })).toEqual([
      'radius: expected a number, got the text "x"',
    ]);
    expect(faultsOf({ oneOf: [text, { type: 'integer' }] }, true)).toEqual([': fits none of the 2 allowed forms']);
  });

  it('is exact with long integers and with decimal fractions', () => {
    const id = 2n ** 60n + 1n;
    expect(faultsOf({ type: 'integer', minimum: 1 }, id)).toEqual([]);
    expect(faultsOf({ const: 5 }, 5n)).toEqual([]);
    expect(faultsOf({ uniqueItems: true }, [id, id - 1n, Number(id - 1n)])).toEqual([': an item is there twice']);
    expect(faultsOf({ multipleOf: 0.01 }, 19.99)).toEqual([]);
    expect(faultsOf({ multipleOf: 0.01 }, 19.999)).toHaveLength(1);
    expect(faultsOf({ multipleOf: 3 }, id * 3n + 1n)).toHaveLength(1);
  });

  it('knows nothing but own properties', () => {
    const schema = JSON.parse(
      '{"properties":{"__proto__":{"type":"string"}},"required":["constructor"]}',
    ) as JsonObject;
    expect(faultsOf(schema, JSON.parse('{"__proto__":1}'))).toEqual([
      'constructor: is required and missing',
      '__proto__: expected a string, got the number 1',
    ]);
    expect(faultsOf({ additionalProperties: false }, JSON.parse('{"toString":1}'))).toHaveLength(1);
  });

  it('judges as ajv does', { timeout: 60_000 }, () => {
    const scalar = fc.constantFrom(0, 1, 1.5, -3, 'a', 'ab', '', 'prop', true, null);
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        scalar,
        fc.array(tie('value'), { maxLength: 3 }),
        // No names of a prototype, which ajv's equality of values trips over.
        fc.dictionary(fc.constantFrom('a', 'b', 'ab', 'c'), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    const name = fc.constantFrom('a', 'b', 'ab', 'c');
    const { schema } = fc.letrec<{ schema: JsonObject | boolean; map: unknown; list: unknown }>((tie) => ({
      map: fc.dictionary(name, tie('schema'), { maxKeys: 2 }),
      list: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
      schema: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        fc.boolean(),
        fc.record(
          {
            type: fc.constantFrom('string', 'integer', 'number', 'object', 'array', 'null', ['string', 'object']),
            minimum: fc.constantFrom(0, 1.5),
            exclusiveMaximum: fc.constantFrom(1, 2),
            multipleOf: fc.constantFrom(0.5, 3),
            minLength: fc.nat(2),
            pattern: fc.constantFrom('^a', 'b$', '^.{2}$', '^(?:a|b)*$'),
            required: fc.uniqueArray(name, { maxLength: 2 }),
            minItems: fc.nat(2),
            uniqueItems: fc.boolean(),
            // Not beside prefixItems, where ajv takes an empty list.
            contains: tie('schema'),
            maxProperties: fc.nat(2),
          },
          { requiredKeys: [] },
        ),
        fc.record(
          {
            properties: tie('map'),
            additionalProperties: tie('schema'),
            prefixItems: tie('list'),
            items: tie('schema'),
            propertyNames: tie('schema'),
            dependentSchemas: tie('map'),
            unevaluatedItems: tie('schema'),
          },
          { requiredKeys: [] },
        ),
        fc.record(
          {
            allOf: tie('list'),
            anyOf: tie('list'),
            oneOf: tie('list'),
            not: tie('schema'),
            if: tie('schema'),
            // oxlint-disable-next-line unicorn/no-thenable -- a keyword
            then: tie('schema'),
            else: tie('schema'),
            properties: tie('map'),
            unevaluatedProperties: tie('schema'),
          },
          { requiredKeys: [] },
        ),
      ) as fc.Arbitrary<JsonObject | boolean>,
    }));
    fc.assert(
      // As JSON brings them: fast-check also makes objects without a prototype, which ajv cannot read.
      fc.property(
        schema.map(asJson),
        fc.array(value.map(asJson), { minLength: 1, maxLength: 5 }),
        (written, values) => {
          const judge = new Ajv2020({ strict: false, ownProperties: true, logger: false }).compile(written);
          const own = compileSchema(written);
          for (const one of values) {
            const expected = judgement(() => judge(one));
            if (expected !== undefined) expect(own.check(one).length === 0).toBe(expected);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
