// Whatever a caller sends as an argument, over REST to the real server and a real PostgreSQL: it arrives as the value that it
// is, of the type that the file says, beside the statement and never in it; or it is refused.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { createDatabase, execute } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let database: TestDatabase;
let toolcrib: TestServer;

/** Tools by name: the type in the file, further fields of the parameter, and the type in the database. */
const tools = {
  string: ['string', '', 'text'],
  integer: ['integer', '', 'bigint'],
  float: ['float', '', 'double precision'],
  boolean: ['boolean', '', 'boolean'],
  strings: ['array', 'items: {name: i, type: string, description: i}', 'text[]'],
  integers: ['array', 'items: {name: i, type: integer, description: i}', 'bigint[]'],
  floats: ['array', 'items: {name: i, type: float, description: i}', 'double precision[]'],
  booleans: ['array', 'items: {name: i, type: boolean, description: i}', 'boolean[]'],
  table: [
    'array',
    'items: {name: i, type: array, description: i, items: {name: j, type: integer, description: j}}',
    'bigint[]',
  ],
  tree: [
    'array',
    'items: {name: i, type: array, description: i, items: {name: j, type: string, description: j}}',
    'jsonb',
  ],
  map: ['map', '', 'jsonb'],
  integer_map: ['map', 'valueType: integer', 'jsonb'],
  string_map: ['map', 'valueType: string', 'jsonb'],
  maps: ['array', 'items: {name: i, type: map, description: i}', 'jsonb'],
} as const;
type Name = keyof typeof tools;

/** The query shows what the server was sent as statement. */
const statementOf = (name: Name): string =>
  `SELECT pg_typeof($1::${tools[name][2]})::text AS type, $1::${tools[name][2]} AS value, $1::${tools[name][2]} IS NULL AS is_null, (SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()) AS query`;

function toolFile(url: URL): string {
  const source = `host: ${url.hostname}, port: ${url.port}, database: ${url.pathname.slice(1)}, user: ${url.username}, password: "${decodeURIComponent(url.password)}"`;
  const lines = Object.entries(tools).map(
    ([name, [type, more]]) => `  ${name}:
    kind: postgres-sql
    source: db
    description: Echo
    statement: ${statementOf(name as Name)}
    parameters: [{name: value, type: ${type}, description: v, required: false${more === '' ? '' : `, ${more}`}}]`,
  );
  return `sources:\n  db: {kind: postgres, ${source}}\ntools:\n${lines.join('\n')}\n`;
}

beforeAll(async () => {
  database = await createDatabase();
  await execute(database.url, 'CREATE TABLE untouched (id int); INSERT INTO untouched VALUES (1)');
  toolcrib = await startTestServer({ tools: toolFile(new URL(database.url)), config: { audit_durability: 'soon' } });
  if (toolcrib.server.faults.length > 0) throw new Error(JSON.stringify(toolcrib.server.faults));
});
afterAll(async () => {
  await toolcrib.stop();
  await database.drop();
});

interface Echo {
  readonly type: string;
  readonly value: unknown;
  readonly is_null: boolean;
  readonly query: string;
}

/** The echo of a value given as JSON text, or undefined when it was refused as an argument. */
async function echo(name: Name, json: string): Promise<Echo | undefined> {
  const raw = `{"arguments":{"value":${json}}}`;
  const answer = await toolcrib.request('POST', `/v1/tools/${name}/call`, {
    raw,
    headers: { 'content-type': 'application/json' },
  });
  if (answer.status === 400) {
    expect(answer.body.error.code, answer.text).toMatch(/^(arguments|body)_invalid$/);
    return undefined;
  }
  expect(answer.status, `${json} ${answer.text}`).toBe(200);
  return answer.body.result.rows[0] as Echo;
}

async function expectEcho(name: Name, json: string, value: unknown): Promise<void> {
  const [, , type] = tools[name];
  expect(await echo(name, json), json).toEqual({ type, value, is_null: false, query: statementOf(name) });
}

// oxfmt-ignore
const hostile = [
  "' OR '1'='1", "'; DROP TABLE untouched; --", '"; DROP TABLE untouched; --', "\\'; DROP TABLE untouched; --", '$1', '$2', '$$', '$a$',
  '?', ':value', '{{.value}}', '${HOME}', '/* */ -- \n', '{a,b}', '{"a",NULL}', 'NULL', 'null', '', ' ', '\t\r\n\b\f\v', '\u0001\u001b[31m',
  '\u2028\u2029\u0085\u00a0', '𝕫\u{10FFFF}\uFFFD\uFEFF', '\u202Eabc', 'NaN', '-0', '1e400', "E'\\x'", 'true', '0x10', '[1]', '{"a":1}', '__proto__',
];
const texts = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed()),
);
const keys = texts.filter((text) => text !== '__proto__');
const border = [
  0n,
  1n,
  -1n,
  2n ** 31n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const integers = fc.oneof(
  fc.constantFrom(...border),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer().map(BigInt),
);
const floats = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
/** As results write it. */
const exact = (value: bigint): number | string =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
const list = (items: readonly string[]): string => `[${items.join(',')}]`;
const runs = { numRuns: 150 };

describe('arrives as it is, bound, and of its type', () => {
  test('string', async () => {
    verifies('DBT-02', 'DBT-06');
    await fc.assert(
      fc.asyncProperty(texts, (text) => expectEcho('string', JSON.stringify(text), text)),
      { numRuns: 300 },
    );
  });
  test('integer', async () => {
    verifies('DBT-02', 'DBT-17');
    await fc.assert(
      fc.asyncProperty(integers, (value) => expectEcho('integer', value.toString(), exact(value))),
      runs,
    );
  });
  test('float', async () => {
    verifies('DBT-02', 'DBT-17');
    await fc.assert(
      fc.asyncProperty(floats, (value) => expectEcho('float', JSON.stringify(value), value)),
      runs,
    );
    for (const json of ['1', '-5e-324', '1.7976931348623157e308', '0.1', '9007199254740993', '1E2']) {
      await expectEcho('float', json, Number(json));
    }
  });
  test('boolean', async () => {
    verifies('DBT-02');
    await expectEcho('boolean', 'true', true);
    await expectEcho('boolean', 'false', false);
  });
  test('lists of each', async () => {
    verifies('DBT-02', 'DBT-06');
    const lists = fc.record({
      strings: fc.array(texts, { maxLength: 5 }),
      integers: fc.array(integers, { maxLength: 5 }),
      floats: fc.array(floats, { maxLength: 5 }),
      booleans: fc.array(fc.boolean(), { maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(lists, async (given) => {
        await expectEcho('strings', JSON.stringify(given.strings), given.strings);
        await expectEcho(
          'integers',
          list(given.integers.map(String)),
          given.integers.map((value) => exact(value)),
        );
        await expectEcho('floats', JSON.stringify(given.floats), given.floats);
        await expectEcho('booleans', JSON.stringify(given.booleans), given.booleans);
      }),
      { numRuns: 80 },
    );
  });
  test('lists of lists', async () => {
    verifies('DBT-02', 'DBT-06');
    const rectangles = fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
      .chain(([rows, columns]) =>
        fc.array(fc.array(integers, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
      );
    await fc.assert(
      fc.asyncProperty(
        rectangles,
        fc.array(fc.array(texts, { maxLength: 3 }), { maxLength: 3 }),
        async (table, tree) => {
          await expectEcho(
            'table',
            list(table.map((row) => list(row.map(String)))),
            table.map((row) => row.map((value) => exact(value))),
          );
          await expectEcho('tree', JSON.stringify(tree), tree);
        },
      ),
      { numRuns: 80 },
    );
  });
  test('maps', async () => {
    verifies('DBT-02', 'DBT-06');
    const members = (value: fc.Arbitrary<string>): fc.Arbitrary<Map<string, string>> =>
      fc.array(fc.tuple(keys, value), { maxLength: 4 }).map((entries) => new Map(entries));
    const write = (map: Map<string, string>): string =>
      `{${[...map].map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
    const json = (text: string): unknown => (/^-?\d+$/.test(text) ? exact(BigInt(text)) : JSON.parse(text));
    const read = (map: Map<string, string>): unknown =>
      Object.fromEntries([...map].map(([key, text]) => [key, json(text)]));
    const any = fc.oneof(
      texts.map((text) => JSON.stringify(text)),
      integers.map(String),
      fc.boolean().map(String),
    );
    await fc.assert(
      fc.asyncProperty(
        members(any),
        members(integers.map(String)),
        members(texts.map((text) => JSON.stringify(text))),
        async (map, numbers, words) => {
          await expectEcho('map', write(map), read(map));
          await expectEcho('integer_map', write(numbers), read(numbers));
          await expectEcho('string_map', write(words), read(words));
          await expectEcho('maps', list([write(map), write(words)]), [read(map), read(words)]);
        },
      ),
      { numRuns: 80 },
    );
    await expectEcho('map', '{"__proto__": "x"}', JSON.parse('{"__proto__": "x"}'));
  });
  test('null and nothing at all', async () => {
    verifies('DBT-02');
    for (const name of Object.keys(tools) as Name[]) {
      const expected = { type: tools[name][2], value: null, is_null: true, query: statementOf(name) };
      expect(await echo(name, 'null')).toEqual(expected);
    }
  });
});

describe('is refused', () => {
  // oxfmt-ignore
  test.each<readonly [Name, readonly string[]]>([
    ['string', ['1', 'true', '[]', '{}', String.raw`"\u0000"`, String.raw`"\ud800"`, '["a"]']],
    ['integer', ['"1"', '1.5', 'true', '9223372036854775808', '-9223372036854775809', '1e400', '[1]', '""', '"9007199254740993"', '9007199254740993.0']],
    ['float', ['"1"', '1e400', '-1e309', 'true', '"NaN"', 'NaN', '[]']],
    ['boolean', ['0', '1', '"true"', '""', '[]']],
    ['strings', ['"a"', '["a", 1]', '[["a"]]', '{"0": "a"}', '[null]']],
    ['integers', ['1', '["1"]', '[1.5]', '[9223372036854775808]', '[[1]]']],
    ['floats', ['[true]', '["NaN"]', '[1e400]']],
    ['booleans', ['[0]', '["true"]']],
    ['table', ['[1]', '[["1"]]', '[[1], 2]', '[[[1]]]']],
    ['map', ['[]', '"{}"', '{"a": {"b": 1}}', '{"a": [1]}', String.raw`{"\u0000": 1}`, '{"a": 1, "a": 2}']],
    ['integer_map', ['{"a": "1"}', '{"a": 1.5}', '{"a": 9223372036854775808}']],
    ['string_map', ['{"a": 1}', '{"a": true}']],
    ['maps', ['[1]', '{"a": 1}', '[[]]']],
  ])('as %s: %s', async (name, values) => {
    verifies('DBT-06');
    for (const json of values) expect(await echo(name, json), json).toBeUndefined();
  });

  test('any JSON that is not of the type', async () => {
    verifies('DBT-06');
    const is: Readonly<Partial<Record<Name, (value: unknown) => boolean>>> = {
      string: (value) => typeof value === 'string',
      integer: (value) => Number.isInteger(value),
      float: (value) => typeof value === 'number',
      boolean: (value) => typeof value === 'boolean',
      strings: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(...(Object.keys(is) as Name[])),
        async (value, name) => {
          fc.pre(value !== null && is[name]?.(value) === false);
          expect(await echo(name, JSON.stringify(value))).toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });
});

test('nothing of it has changed the database', async () => {
  verifies('DBT-02');
  await expect(execute(database.url, 'SELECT 1 / count(*) FROM untouched')).resolves.toBeUndefined();
});
