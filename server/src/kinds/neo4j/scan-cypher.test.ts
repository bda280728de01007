import { describe, expect, test } from 'vitest';
import type { Parameter } from '../../catalog/parameters.ts';
import { checkCypher } from './check-cypher.ts';
import { scanCypher } from './scan-cypher.ts';

const named = (...names: readonly string[]): readonly Parameter[] =>
  names.map((name) => ({ name, type: 'string', description: name, required: true }));
const placeholders = (text: string): readonly string[] =>
  scanCypher(text)
    .filter((token) => token.kind === 'placeholder')
    .map((token) => token.text);

describe('placeholders', () => {
  // oxfmt-ignore
  test.each<readonly [string, readonly string[]]>([
    ['MATCH (n {a: $a}) WHERE n.b > $b_2 RETURN $é', ['a', 'b_2', 'é']],
    ["RETURN '$a', \"$b\", `$c`, $d", ['d']],
    ["RETURN 'it\\'s $a', \"say \\\"$b\", 'x\\\\', $c", ['c']],
    ['RETURN 1 // $a\n, $b', ['b']],
    ['RETURN 1 // $a\r, $b', ['b']],
    ['RETURN /* $a /* $b */ $c */', ['c']],
    ["RETURN 'http://x', $a", ['a']],
    ['RETURN "/* ", $a, " */"', ['a']],
    ['MATCH (`a``$x`) RETURN $`my-name`, $`a``b`', ['my-name', 'a`b']],
    ['RETURN $1, $a.b, $c[0], [$d], {e: $f}', ['1', 'a', 'c', 'd', 'f']],
    ["RETURN 'never closed $a", []],
    ['RETURN /* never closed $a', []],
    ['RETURN `never closed $a', []],
    ['RETURN $a$b', ['a', 'b']],
  ])('%s', (text, expected) => {
    expect(placeholders(text)).toEqual(expected);
  });
});

describe('a statement and its parameters', () => {
  const check = (statement: string, ...names: readonly string[]) =>
    checkCypher(statement, { parameters: named(...names), read_only: true });

  test('agree', () => {
    expect(check('MATCH (n {a: $a, b: $`b-c`}) RETURN $a;', 'a', 'b-c')).toEqual([]);
  });

  test('do not agree, in either direction', () => {
    expect(check("RETURN $a, $c, '$b'", 'a', 'b', 'x.y')).toEqual([
      {
        path: 'statement',
        message: 'The placeholder $c has no parameter',
        hint: 'There are 3 parameters: a is $a, b is $b, x.y is $`x.y`. Add a parameter or correct the placeholder.',
      },
      expect.objectContaining({ path: 'parameters[1]', message: 'The statement does not use the parameter "b"' }),
      expect.objectContaining({ path: 'parameters[2]', hint: expect.stringContaining('Write $`x.y`') as string }),
    ]);
  });

  test.each(['RETURN 1; RETURN 2', 'RETURN 1;; // x\n RETURN 2'])('%s is more than one', (text) => {
    expect(check(text)).toMatchObject([{ message: 'There is more than one statement' }]);
  });

  test.each(["RETURN ';'", 'RETURN 1; // ; x', 'RETURN `;`', 'RETURN /* ; */ 1;;'])('%s is one', (text) => {
    expect(check(text)).toEqual([]);
  });

  test.each(['// nothing', ';'])('%s is none', (text) => {
    expect(check(text)).toMatchObject([{ message: 'There is no statement' }]);
  });

  test('a read-only tool does not write, and is told how one does', () => {
    expect(check('MATCH (n) SET n.x = 1')).toEqual([
      {
        path: 'statement',
        message: 'The tool is read-only and its statement has SET',
        hint: expect.stringContaining('readOnly: false') as string,
      },
    ]);
    expect(checkCypher('MATCH (n) SET n.x = 1', { parameters: [], read_only: false })).toEqual([]);
  });
});
