// One tool file for both servers, and the calls that are sent to both: good ones, and every way in which one can be bad.

/** In the form that the peer and we read alike. Placeholders in angle brackets are filled in by the test. */
export const differentialTools = `
sources:
  pg: {kind: postgres, host: 127.0.0.1, port: <port>, database: <database>, user: <user>, password: <password>}
tools:
  text: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::text AS v", parameters: [{name: v, type: string, description: d}]}
  integer: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::bigint AS v", parameters: [{name: v, type: integer, description: d}]}
  float: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::float8 AS v", parameters: [{name: v, type: float, description: d}]}
  boolean: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::boolean AS v", parameters: [{name: v, type: boolean, description: d}]}
  texts: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::text[] AS v", parameters: [{name: v, type: array, description: d, items: {name: i, type: string, description: d}}]}
  integers: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::bigint[] AS v", parameters: [{name: v, type: array, description: d, items: {name: i, type: integer, description: d}}]}
  map: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::jsonb AS v", parameters: [{name: v, type: map, description: d, valueType: integer}]}
  optional: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::text AS v", parameters: [{name: v, type: string, description: d, required: false}]}
  fallback: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::text AS v", parameters: [{name: v, type: string, description: d, default: none}]}
  allowed: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::text AS v", parameters: [{name: v, type: string, description: d, allowedValues: [red, green]}]}
  excluded: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::text AS v", parameters: [{name: v, type: string, description: d, excludedValues: [red]}]}
  bounded: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::bigint AS v", parameters: [{name: v, type: integer, description: d, minValue: 1, maxValue: 9}]}
  two: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::text AS a, $2::bigint AS b", parameters: [{name: a, type: string, description: d}, {name: b, type: integer, description: d}]}
  table: {kind: postgres-sql, source: pg, description: d, statement: "SELECT * FROM {{.name}} ORDER BY 1", templateParameters: [{name: name, type: string, description: d}]}
  column: {kind: postgres-sql, source: pg, description: d, statement: "SELECT {{.name}} AS v FROM thing ORDER BY 1", templateParameters: [{name: name, type: string, description: d, escape: double-quotes}]}
  columns: {kind: postgres-sql, source: pg, description: d, statement: "SELECT {{array .names}} FROM thing ORDER BY 1", templateParameters: [{name: names, type: array, description: d, items: {name: i, type: string, description: d}}]}
  chosen: {kind: postgres-sql, source: pg, description: d, statement: "SELECT {{.name}} AS v FROM thing ORDER BY 1", templateParameters: [{name: name, type: string, description: d, allowedValues: [id, name]}]}
  none: {kind: postgres-sql, source: pg, description: d, statement: "SELECT * FROM thing WHERE false"}
  all: {kind: postgres-sql, source: pg, description: d, statement: "SELECT * FROM thing ORDER BY id"}
  twice: {kind: postgres-sql, source: pg, description: d, statement: "SELECT 1 AS a, 2 AS a"}
  broken: {kind: postgres-sql, source: pg, description: d, statement: "SELECT * FROM missing"}
  divide: {kind: postgres-sql, source: pg, description: d, statement: "SELECT 1 / $1::bigint AS v", parameters: [{name: v, type: integer, description: d}]}
  insert: {kind: postgres-sql, source: pg, description: d, statement: "INSERT INTO log (text) VALUES ($1)", parameters: [{name: v, type: string, description: d}], annotations: {readOnlyHint: false}}
  returning: {kind: postgres-sql, source: pg, description: d, statement: "INSERT INTO log (text) VALUES ($1) RETURNING text", parameters: [{name: v, type: string, description: d}], annotations: {readOnlyHint: false}}
  update: {kind: postgres-sql, source: pg, description: d, statement: "UPDATE thing SET name = name", annotations: {readOnlyHint: false}}
  sly: {kind: postgres-sql, source: pg, description: d, statement: "UPDATE thing SET name = name RETURNING id"}
  type: {kind: postgres-sql, source: pg, description: d, statement: "SELECT v FROM (VALUES {{.row}}) AS t (v)", templateParameters: [{name: row, type: string, description: d, <unsafe>}]}
`;

export const differentialSchema = `
CREATE TABLE thing (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO thing VALUES (1, 'one'), (2, 'two');
CREATE TABLE log (text text);
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = ''UTC''', current_database()); END $$;
`;

export interface DifferentialCase {
  readonly tool: string;
  /** The body, as text: JSON has more to say than a value. */
  readonly body: string;
}

const of = (tool: string, ...bodies: readonly string[]): readonly DifferentialCase[] =>
  bodies.map((body) => ({ tool, body }));
const v = (...values: readonly string[]): readonly string[] => values.map((value) => `{"v":${value}}`);
const typed = (...values: readonly string[]): readonly string[] =>
  values.map((value) => JSON.stringify({ row: `(${value})` }));

export const differentialCases: readonly DifferentialCase[] = [
  ...of(
    'text',
    ...v('"plain"', '""', '"ö 𝕫 \\u2028"', `"' OR '1'='1"`, '"; DROP TABLE thing; --"', '"$1"', '"{{.v}}"'),
  ),
  ...of('text', ...v('1', 'true', '[]', '{}', 'null', '"\\u0000"', '"\\ud800"'), '{}', '{"v":"a","w":"b"}'),
  ...of('text', '{"v":"a","v":"b"}', '[]', '"v"', '', '{"v":"a"', '{"v":"a"} x', '{"V":"a"}'),
  ...of(
    'integer',
    ...v('0', '-1', '9007199254740991', '9007199254740993', '9223372036854775807', '-9223372036854775808'),
  ),
  ...of('integer', ...v('9223372036854775808', '1.0', '1e3', '1.5', '"3"', 'true', 'null', '-0'), '{}'),
  ...of('float', ...v('0', '1.5', '-2.25', '1e300', '5e-324', '0.1', '3', '1e999', '"1.5"', 'true', 'null')),
  ...of('boolean', ...v('true', 'false', '"true"', '1', '0', 'null')),
  ...of(
    'texts',
    ...v('[]', '["a","b"]', `["a,b","{}","\\"","\\\\","NULL"]`, '[null]', '[1]', '"a"', '[["a"]]', 'null'),
  ),
  ...of('integers', ...v('[1,2,3]', '[9007199254740993]', '["1"]', '[1.5]', '[null]')),
  ...of('map', ...v('{}', '{"a":1}', '{"a":"1"}', '{"a":null}', '[]', '{"a":9007199254740993}')),
  ...of('optional', '{}', ...v('null', '"x"', '1')),
  ...of('fallback', '{}', ...v('null', '"x"', '""')),
  ...of('allowed', ...v('"red"', '"green"', '"blue"', '"redder"', '"(SELECT 1) -- red"', '""')),
  ...of('excluded', ...v('"blue"', '"red"', '"reddish"')),
  ...of('bounded', ...v('1', '9', '0', '10', '5.5')),
  ...of(
    'two',
    '{"a":"x","b":1}',
    '{"b":1,"a":"x"}',
    '{"a":"x"}',
    '{"b":1}',
    '{"a":1,"b":"x"}',
    '{"a":"x","b":1,"c":2}',
  ),
  ...of(
    'table',
    '{"name":"thing"}',
    '{"name":"public.thing"}',
    '{"name":"missing"}',
    '{"name":"thing; DROP TABLE log"}',
  ),
  ...of('table', '{"name":"thing WHERE id = 1"}', '{"name":"(SELECT 1 AS x) AS x"}', '{"name":""}', '{}'),
  ...of('column', '{"name":"name"}', '{"name":"na\\"me"}', '{"name":"id, version()"}'),
  ...of('columns', '{"names":["id","name"]}', '{"names":["id"]}', '{"names":["1 + 1 AS sum"]}', '{"names":[]}'),
  ...of('chosen', '{"name":"id"}', '{"name":"version()"}', '{"name":"(SELECT 42) AS v FROM thing -- id"}'),
  ...of('none', '{}', '{"x":1}'),
  ...of('all', '{}'),
  ...of('twice', '{}'),
  ...of('broken', '{}'),
  ...of('divide', ...v('1', '0')),
  ...of('insert', ...v('"a"')),
  ...of('returning', ...v('"a"')),
  ...of('update', '{}'),
  ...of('sly', '{}'),
  ...of('missing', '{}'),
  ...of('type', ...typed('NULL::text', 'true', '1::int2', '9007199254740993::int8', '1.5::float8', `'NaN'::float8`)),
  ...of('type', ...typed(`'Infinity'::float8`, '1.10::numeric', '123456789012345678.5::numeric', `'NaN'::numeric`)),
  ...of('type', ...typed(`'2026-01-31'::date`, `'12:34:56.789'::time`, `'2026-01-31 12:34:56.789'::timestamp`)),
  ...of('type', ...typed(`'2026-01-31 12:34:56+00'::timestamptz`, `'1 day 02:03:04'::interval`, `'\\x6869'::bytea`)),
  ...of(
    'type',
    ...typed(`'{"a": [1, 2.50]}'::jsonb`, `'{"b":1,  "a":2}'::json`, `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid`),
  ),
  ...of(
    'type',
    ...typed(`ARRAY[1, NULL, 3]`, `ARRAY['a', 'b,c']`, `'10.0.0.1/24'::inet`, `'[1,5)'::int4range`, `B'101'`),
  ),
];
