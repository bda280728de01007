// Everything in which our answers differ from the peer's, by its reason. docs/switching-from-toolbox.md says the same to
// people who switch.

export interface Difference {
  /** The text of the rows, or "refused". */
  readonly peer: string;
  readonly toolcrib: string;
}

export const differences: readonly { readonly why: string; readonly cases: Readonly<Record<string, Difference>> }[] = [
  {
    why: 'Unknown arguments are refused: a misspelled optional argument would silently change the answer.',
    cases: {
      'none {"x":1}': { peer: '[]', toolcrib: 'refused' },
      'text {"v":"a","w":"b"}': { peer: '[{"v":"a"}]', toolcrib: 'refused' },
      'two {"a":"x","b":1,"c":2}': { peer: '[{"a":"x","b":1}]', toolcrib: 'refused' },
    },
  },
  {
    why: 'Bodies that are read in two ways are refused: repeated keys, text after the JSON, halves of surrogate pairs.',
    cases: {
      'text {"v":"\\ud800"}': { peer: '[{"v":"�"}]', toolcrib: 'refused' },
      'text {"v":"a","v":"b"}': { peer: '[{"v":"b"}]', toolcrib: 'refused' },
      'text {"v":"a"} x': { peer: '[{"v":"a"}]', toolcrib: 'refused' },
    },
  },
  {
    why: "allowedValues and excludedValues compare whole values; the peer's expressions match anywhere (attack A38).",
    cases: {
      'allowed {"v":"(SELECT 1) -- red"}': { peer: '[{"v":"(SELECT 1) -- red"}]', toolcrib: 'refused' },
      'allowed {"v":"redder"}': { peer: '[{"v":"redder"}]', toolcrib: 'refused' },
      'chosen {"name":"(SELECT 42) AS v FROM thing -- id"}': { peer: '[{"v":42},{"v":42}]', toolcrib: 'refused' },
      'excluded {"v":"reddish"}': { peer: 'refused', toolcrib: '[{"v":"reddish"}]' },
    },
  },
  {
    why: 'Template parameters are identifiers unless the author says otherwise (attack A38).',
    cases: {
      'columns {"names":["1 + 1 AS sum"]}': { peer: '[{"sum":2},{"sum":2}]', toolcrib: 'refused' },
      'table {"name":"(SELECT 1 AS x) AS x"}': { peer: '[{"x":1}]', toolcrib: 'refused' },
      'table {"name":"thing WHERE id = 1"}': { peer: '[{"id":1,"name":"one"}]', toolcrib: 'refused' },
    },
  },
  {
    why: 'JSON has one type of number: 1.0 and 1e3 are integers.',
    cases: {
      'integer {"v":1.0}': { peer: 'refused', toolcrib: '[{"v":1}]' },
      'integer {"v":1e3}': { peer: 'refused', toolcrib: '[{"v":1000}]' },
    },
  },
  {
    why: 'Numbers that a double cannot hold are strings, so that no reader rounds them.',
    cases: {
      'integer {"v":-9223372036854775808}': {
        peer: '[{"v":-9223372036854775808}]',
        toolcrib: '[{"v":"-9223372036854775808"}]',
      },
      'integer {"v":9007199254740993}': { peer: '[{"v":9007199254740993}]', toolcrib: '[{"v":"9007199254740993"}]' },
      'integer {"v":9223372036854775807}': {
        peer: '[{"v":9223372036854775807}]',
        toolcrib: '[{"v":"9223372036854775807"}]',
      },
      'integers {"v":[9007199254740993]}': {
        peer: '[{"v":[9007199254740993]}]',
        toolcrib: '[{"v":["9007199254740993"]}]',
      },
      'map {"v":{"a":9007199254740993}}': {
        peer: '[{"v":{"a":9007199254740992}}]',
        toolcrib: '[{"v":{"a":"9007199254740993"}}]',
      },
      'type {"row":"(123456789012345678.5::numeric)"}': {
        peer: '[{"v":123456789012345678.5}]',
        toolcrib: '[{"v":"123456789012345678.5"}]',
      },
      'type {"row":"(9007199254740993::int8)"}': {
        peer: '[{"v":9007199254740993}]',
        toolcrib: '[{"v":"9007199254740993"}]',
      },
    },
  },
  {
    why: 'Reading is the default, and the database enforces it.',
    cases: {
      'sly {}': { peer: '[{"id":1},{"id":2}]', toolcrib: 'refused' },
    },
  },
  {
    why: 'A writing statement says how many rows it has changed.',
    cases: {
      'insert {"v":"a"}': { peer: '[]', toolcrib: '[{"affected_rows":1}]' },
      'update {}': { peer: '[]', toolcrib: '[{"affected_rows":2}]' },
    },
  },
  {
    why: 'Columns of one name are told apart.',
    cases: {
      'twice {}': { peer: '[{"a":1,"a":2}]', toolcrib: '[{"a":1,"a_2":2}]' },
    },
  },
  {
    why: 'NaN and infinity are answers, not failures.',
    cases: {
      'type {"row":"(\'Infinity\'::float8)"}': { peer: 'refused', toolcrib: '[{"v":"Infinity"}]' },
      'type {"row":"(\'NaN\'::float8)"}': { peer: 'refused', toolcrib: '[{"v":"NaN"}]' },
    },
  },
  {
    why: 'Values are as the database writes them: dates and times without invented zones, intervals, ranges and bits readable, json in its own order.',
    cases: {
      'type {"row":"(\'1 day 02:03:04\'::interval)"}': {
        peer: '[{"v":{"Microseconds":7384000000,"Days":1,"Months":0,"Valid":true}}]',
        toolcrib: '[{"v":"1 day 02:03:04"}]',
      },
      'type {"row":"(\'12:34:56.789\'::time)"}': {
        peer: '[{"v":{"Microseconds":45296789000,"Valid":true}}]',
        toolcrib: '[{"v":"12:34:56.789"}]',
      },
      'type {"row":"(\'2026-01-31 12:34:56+00\'::timestamptz)"}': {
        peer: '[{"v":"2026-01-31T12:34:56Z"}]',
        toolcrib: '[{"v":"2026-01-31 12:34:56+00"}]',
      },
      'type {"row":"(\'2026-01-31 12:34:56.789\'::timestamp)"}': {
        peer: '[{"v":"2026-01-31T12:34:56.789Z"}]',
        toolcrib: '[{"v":"2026-01-31 12:34:56.789"}]',
      },
      'type {"row":"(\'2026-01-31\'::date)"}': {
        peer: '[{"v":"2026-01-31T00:00:00Z"}]',
        toolcrib: '[{"v":"2026-01-31"}]',
      },
      'type {"row":"(\'[1,5)\'::int4range)"}': {
        peer: '[{"v":{"Lower":1,"Upper":5,"LowerType":105,"UpperType":101,"Valid":true}}]',
        toolcrib: '[{"v":"[1,5)"}]',
      },
      'type {"row":"(\'{\\"b\\":1,  \\"a\\":2}\'::json)"}': {
        peer: '[{"v":{"a":2,"b":1}}]',
        toolcrib: '[{"v":{"b":1,"a":2}}]',
      },
      'type {"row":"(B\'101\')"}': { peer: '[{"v":{"Bytes":"oA==","Len":3,"Valid":true}}]', toolcrib: '[{"v":"101"}]' },
    },
  },
  {
    why: 'The same JSON value, spelled in another way.',
    cases: {
      'text {"v":"ö 𝕫 \\u2028"}': { peer: '[{"v":"ö 𝕫 \\u2028"}]', toolcrib: '[{"v":"ö 𝕫 \u2028"}]' },
      'type {"row":"(1.10::numeric)"}': { peer: '[{"v":1.10}]', toolcrib: '[{"v":1.1}]' },
    },
  },
];
