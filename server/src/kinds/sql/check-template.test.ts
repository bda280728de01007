import { describe, expect, test } from 'vitest';
import type { EscapeStyle, Parameter } from '../../catalog/parameters.ts';
import { postgresDialect } from '../postgres/postgres-dialect.ts';
import { sqliteDialect } from '../sqlite/sqlite-dialect.ts';
import { checkTemplate } from './check-template.ts';
import { parseTemplate } from './parse-template.ts';

interface Given {
  readonly type?: Parameter['type'];
  readonly escape?: EscapeStyle;
  readonly unsafe?: boolean;
  readonly required?: boolean;
  readonly default?: string;
  readonly allowed?: readonly string[];
}

function template(name: string, given: Given = {}): Parameter {
  const { type = 'string', escape, unsafe = false, required = true, allowed } = given;
  const item: Parameter = { name: 'items', type: 'string', description: '', required: true };
  return {
    name,
    type,
    description: name,
    required,
    ...(given.default === undefined ? {} : { default: given.default }),
    ...(type === 'array' ? { items: item } : {}),
    ...(allowed === undefined ? {} : { constraints: { allowed_values: allowed } }),
    template: { unsafe, ...(escape === undefined ? {} : { escape }) },
  };
}

const faults = (statement: string, parameters: readonly Parameter[], dialect = postgresDialect): readonly string[] =>
  checkTemplate(parseTemplate(statement), parameters, dialect).map(({ path, message }) => `${path}: ${message}`);

const text = template('x');
const quoted = template('x', { escape: 'single-quotes' });
const number = template('x', { type: 'integer' });
const list = template('x', { type: 'array' });

describe('accepted', () => {
  // oxfmt-ignore
  test.each<readonly [string, Parameter]>([
    ['SELECT * FROM {{.x}}', text],
    ['SELECT * FROM {{ .x }} WHERE a = $1', text],
    ['SELECT * FROM "s".{{.x}}', text],
    ['SELECT "{{.x}}" FROM t', text],
    ["SELECT '{{.x}}' FROM t", text],
    ['SELECT /* {{.x}} */ 1 -- {{.x}}', text],
    ['SELECT * FROM events_{{.x}}', text],
    ['SELECT * FROM {{.x}}_events', text],
    ['SELECT * FROM events_{{.x}}', number],
    ['SELECT a-{{.x}} FROM t LIMIT {{.x}}', number],
    ['SELECT {{array .x}} FROM t', list],
    ['SELECT * FROM t WHERE a = {{.x}}', quoted],
    ['SELECT * FROM t WHERE a IN ({{array .x}})', template('x', { type: 'array', escape: 'single-quotes' })],
    ['SELECT {{.x}} ORDER BY 1', template('x', { allowed: ['a DESC', "it's"] })],
    ["SELECT '{{.x}}' {{.x}}; DROP", template('x', { unsafe: true })],
    ['SELECT {{.x}}', template('x', { required: false, default: 'a.b' })],
    ["SELECT '{{1,2},{3,4}}'::int[]", { ...text, template: undefined } as unknown as Parameter],
  ])('%s', (statement, parameter) => {
    expect(faults(statement, [parameter])).toEqual([]);
  });
});

describe('refused', () => {
  // oxfmt-ignore
  test.each<readonly [string, Parameter, string]>([
    ['SELECT {{.y}} {{.x}}', text, 'statement: {{.y}} has no template parameter'],
    ['SELECT 1', text, 'templateParameters[0]: The statement does not use the template parameter "x"'],
    ['SELECT {{if .x}} {{.x}}', text, 'statement: {{if .x}} is no template parameter'],
    ['SELECT {{- .x -}} {{.x}}', text, 'statement: {{- .x -}} is no template parameter'],
    ['SELECT {{array .x}}', text, 'statement: "x" is no list'],
    ['SELECT {{.x}}', list, 'statement: "x" is a list'],
    ['SELECT {{.x}}', template('x', { required: false }), 'templateParameters[0]: a template parameter must always have a value'],
    ['SELECT {{.x}}', template('x', { default: 'a b' }), 'templateParameters[0].default: the text "a b" is no identifier'],
    ["SELECT '{{.x}}'", quoted, 'statement: {{.x}} is quoted already and stands inside quotes or a comment'],
    ["SELECT '%{{.x}}%'", quoted, 'statement: {{.x}} is quoted already and stands inside quotes or a comment'],
    ['SELECT "{{.x}}"', quoted, 'statement: {{.x}} is quoted already and stands inside quotes or a comment'],
    ['SELECT 1 -- {{.x}}', quoted, 'statement: {{.x}} is quoted already and stands inside quotes or a comment'],
    ['SELECT E{{.x}}', quoted, 'statement: {{.x}} is quoted already and stands beside other text'],
    ["SELECT E'a'\n{{.x}}", quoted, 'statement: {{.x}} is quoted already and stands beside other text'],
    ["SELECT E'a' -- b\n{{.x}}", quoted, 'statement: {{.x}} is quoted already and stands beside other text'],
    ['SELECT U&{{.x}}', quoted, 'statement: {{.x}} is quoted already and stands beside other text'],
    ['SELECT {{.x}}{{.x}}', quoted, 'statement: {{.x}} is quoted already and stands beside other text'],
    ['SELECT {{.x}}', template('x', { escape: 'backticks' }), 'templateParameters[0].escape: this database has no backticks'],
    ['SELECT {{.x}}', template('x', { type: 'integer', escape: 'single-quotes' }), 'templateParameters[0].escape: only texts can be quoted'],
    ["SELECT {{.x}}'a'", text, 'statement: {{.x}} touches something that could change its meaning'],
    ["SELECT 'a'{{.x}}", text, 'statement: {{.x}} touches something that could change its meaning'],
    ['SELECT $${{.x}}$$', text, 'statement: {{.x}} touches something that could change its meaning'],
    ['SELECT $a$ {{.x}} $a$', text, 'statement: {{.x}} touches something that could change its meaning'],
    ['SELECT ${{.x}}$ 1 ${{.x}}$', text, 'statement: {{.x}} touches something that could change its meaning'],
    ['SELECT ${{.x}}', number, 'statement: {{.x}} touches something that could change its meaning'],
    ['SELECT {{.x}}$1', number, 'statement: {{.x}} touches something that could change its meaning'],
    ['SELECT 1{{.x}}', number, 'statement: {{.x}} touches something that could change its meaning'],
    ['SELECT t_{{array .x}}', list, 'statement: {{.x}} touches something that could change its meaning'],
    ["SELECT '{{.x}}'", template('x', { allowed: ['a', "it's"] }), 'templateParameters[0].allowedValues[1]: could end the quotes or the comment in which the value stands'],
    ['SELECT 1 -- {{.x}}', template('x', { allowed: ['a\nb'] }), 'templateParameters[0].allowedValues[0]: could end the quotes or the comment in which the value stands'],
  ])('%s', (statement, parameter, expected) => {
    expect(faults(statement, [parameter])).toContain(expected);
  });

  test('a hole that names a bound parameter', () => {
    const bound: Parameter = { name: 'x', type: 'string', description: 'x', required: true };
    const [fault] = checkTemplate(parseTemplate('SELECT {{.x}}'), [bound], postgresDialect);
    expect(fault?.hint).toMatch(/^"x" is a bound parameter/);
  });

  test('a placeholder of SQLite made from a value', () => {
    expect(faults('SELECT :{{.x}}', [text], sqliteDialect)).toEqual([
      'statement: {{.x}} touches something that could change its meaning',
    ]);
  });
});
