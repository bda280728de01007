import { describe, expect, test } from 'vitest';
import { ToolcribError } from '../../base/errors.ts';
import type { ArgumentValue, Parameter, TemplateUse } from '../../catalog/parameters.ts';
import { createCypherRenderer } from './cypher-template.ts';
import { neo4jCypher } from './neo4j-cypher.ts';

const label = (template: Partial<TemplateUse> = {}, more: Partial<Parameter> = {}): Parameter => ({
  name: 'label',
  type: 'string',
  description: 'A label',
  required: true,
  template: { unsafe: false, ...template },
  ...more,
});
const check = (statement: string, parameter = label()) =>
  neo4jCypher.check({ statement }, { parameters: [parameter], read_only: true });
const fill = (value: ArgumentValue, parameter = label(), statement = 'MATCH (n:{{.label}}) RETURN n'): string => {
  try {
    return createCypherRenderer('tool', statement, [parameter])({ label: value });
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError)) throw thrown;
    return `${thrown.code}: ${thrown.faults.map(({ path, message }) => `${path} ${message}`).join(', ')}`;
  }
};

describe('at load', () => {
  test.each(['MATCH (n:{{.label}}) RETURN n', 'MATCH ()-[r:{{ .label }}]->() RETURN r.{{.label}} AS v'])(
    '%s',
    (text) => {
      expect(check(text)).toEqual([]);
    },
  );

  // oxfmt-ignore
  test.each([
    ['MATCH (n:`{{.label}}`) RETURN n', 'is no word of its own'],
    ["MATCH (n {a: '{{.label}}'}) RETURN n", 'is no word of its own'],
    ['MATCH (n:A{{.label}}) RETURN n', 'is no word of its own'],
    ['MATCH (n) RETURN ${{.label}} AS a', 'is no word of its own'],
    ['MATCH (n) RETURN n // {{.label}}', 'is no word of its own'],
    ['MATCH (n:{{array .label}}) RETURN n', 'is a list'],
    ['MATCH (n:{{.labl}}) RETURN n', 'has no template parameter'],
    ['MATCH (n:{{.label}}) {{if .x}} RETURN n', 'double braces'],
    ['MATCH (n) RETURN n', 'does not use the template parameter'],
  ])('%s', (text, message) => {
    expect(check(text)[0]?.message).toContain(message);
  });

  test('only backticks quote names, and there is always a value', () => {
    const text = 'MATCH (n:{{.label}}) RETURN n';
    expect(check(text, label({ escape: 'single-quotes' }))[0]?.path).toBe('templateParameters[0].escape');
    expect(check(text, label({}, { required: false }))[0]?.message).toBe(
      'a template parameter must always have a value',
    );
  });

  test('a read-only tool with a hole does not write', () => {
    expect(check('MATCH (n) SET n:{{.label}}')[0]?.message).toContain('SET');
    expect(check('{{.label}} (n)')[0]?.message).toContain('read-only');
  });
});

describe('of a call', () => {
  const hostile = [
    'A) DETACH DELETE n //',
    'A`) DETACH DELETE n //',
    'A:B',
    'A|B',
    'a.b',
    'a$b',
    'A B',
    'A/**/',
    '\\u0060',
    '1A',
    '',
    'A\n',
    '$x',
  ];

  test('an identifier goes in as it is, anything else is refused', () => {
    expect(fill('Person_1')).toBe('MATCH (n:Person_1) RETURN n');
    for (const value of hostile) expect(fill(value)).toMatch(/^arguments_invalid: label /);
    for (const value of [null, { a: 1 }]) expect(fill(value)).toMatch(/^arguments_invalid: label /);
  });

  test('in backticks anything is one name, but what some server reads as the end', () => {
    const quoted = label({ escape: 'backticks' });
    expect(fill('A) DETACH DELETE n //', quoted)).toBe('MATCH (n:`A) DETACH DELETE n //`) RETURN n');
    expect(fill('A`) DELETE n //', quoted)).toBe('MATCH (n:`A``) DELETE n //`) RETURN n');
    for (const value of ['', '\\u0060) DELETE n //', 'a\0b']) expect(fill(value, quoted)).toMatch(/^arguments_invalid/);
  });

  test('what the author allows or answers for goes in as it is', () => {
    expect(fill('A|B', label({}, { constraints: { allowed_values: ['A|B'] } }))).toBe('MATCH (n:A|B) RETURN n');
    expect(fill('A|B', label({ unsafe: true }))).toBe('MATCH (n:A|B) RETURN n');
  });
});
