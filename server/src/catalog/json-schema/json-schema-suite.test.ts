// The official JSON-Schema-Test-Suite (test/fixtures/json-schema-test-suite, MIT): everything but references to documents that
// would have to be fetched, which are refused.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ToolcribError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import { isJsonObject } from '../../base/json.ts';
import { compileSchema } from '../json-schema.ts';
import type { CompiledSchema } from '../json-schema.ts';

interface Group {
  readonly description: string;
  readonly schema: JsonObject | boolean;
  readonly tests: readonly { readonly description: string; readonly data: unknown; readonly valid: boolean }[];
}

type Suite = Readonly<Record<string, readonly Group[]>>;

const folder = new URL('../../../../test/fixtures/json-schema-test-suite/', import.meta.url);

function readSuite(draft: string): Suite {
  return JSON.parse(readFileSync(new URL(`${draft}.json`, folder), 'utf8')) as Suite;
}

/** What a schema is written in, where it does not say. */
const dialects: Readonly<Record<string, string>> = {
  'draft2020-12': 'https://json-schema.org/draft/2020-12/schema',
  'draft2019-09': 'https://json-schema.org/draft/2019-09/schema',
  draft7: 'http://json-schema.org/draft-07/schema#',
  draft4: 'http://json-schema.org/draft-04/schema#',
};

/** A vocabulary without assertions would have to be fetched to be known. */
const unknown_vocabulary = 'vocabulary: schema that uses custom metaschema with with no validation vocabulary';

/** Every file about fetched documents; of the others, these groups. */
const fetches =
  /^(?:refRemote: .*|(?:defs|definitions): validate definition against metaschema|ref: remote ref, containing refs itself|dynamicRef: (?:strict-tree schema.*|tests for implementation dynamic anchor.*|\$ref and \$dynamicAnchor are independent.*|\$ref to \$dynamicRef finds detached.*))$/;

function compiled(draft: string, schema: JsonObject | boolean): CompiledSchema | ToolcribError {
  const whole = isJsonObject(schema) ? { $schema: dialects[draft] ?? '', ...schema } : schema;
  try {
    return compileSchema(whole);
  } catch (thrown) {
    if (thrown instanceof ToolcribError) return thrown;
    throw thrown;
  }
}

describe.each(Object.keys(dialects))('compileSchema, official suite %s', (draft) => {
  const groups = Object.entries(readSuite(draft)).flatMap(([file, all]) =>
    all.map((group) => ({ ...group, name: `${file}: ${group.description}` })),
  );
  const is_local = ({ name }: { readonly name: string }): boolean => !fetches.test(name) && name !== unknown_vocabulary;

  it('judges every value as the suite does', () => {
    const wrong = groups.filter(is_local).flatMap(({ name, schema, tests }) => {
      const check = compiled(draft, schema);
      if (check instanceof ToolcribError) return [`${name}: refused`];
      return tests
        .filter(({ data, valid }) => (check.check(data).length === 0) !== valid)
        .map(({ description }) => `${name}: ${description}`);
    });
    expect(wrong).toEqual([]);
    expect(groups.filter(is_local).flatMap(({ tests }) => tests).length).toBeGreaterThan(690);
  });

  it('refuses what leads out of the document, and fetches nothing', () => {
    const away = groups.filter(({ name }) => fetches.test(name));
    const taken = away.flatMap(({ name, schema }) => {
      const check = compiled(draft, schema);
      return check instanceof ToolcribError &&
        check.faults.every(({ message }) => message === 'leads out of the schema')
        ? []
        : [name];
    });
    // These name places that they have themselves.
    expect(taken.filter((name) => !name.includes('$ref to $ref finds detached') || draft === 'draft2020-12')).toEqual(
      [],
    );
    expect(away.length).toBeGreaterThan(0);
  });
});
