// How secret variables are written into texts.
import { describe, expect, test } from 'vitest';
import { resolveVariables } from './resolve-variables.ts';

const values: Readonly<Record<string, string>> = { KEY: 'k-1', _x9: 'under', EMPTY: '', TRICK: '$KEY ${KEY} $$ $&' };
const lookUp = (name: string): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined);

describe('resolveVariables', () => {
  test.each([
    ['$KEY', 'k-1'],
    ['Bearer ${KEY}!', 'Bearer k-1!'],
    ['$KEY$KEY-${KEY}s', 'k-1k-1-k-1s'],
    ['$_x9.', 'under.'],
    ['${ABSENT:fallback}', 'fallback'],
    ['${ABSENT:}', ''],
    ['${ABSENT:$KEY}', '$KEY'],
    ['${KEY:fallback}', 'k-1'],
    ['${EMPTY:fallback}', ''],
    ['$$KEY costs 5$', '$KEY costs 5$'],
    ['$$$KEY', '$k-1'],
    ['5 $ and $1 and ${1} and ${} and ${a-b}', '5 $ and $1 and ${1} and ${} and ${a-b}'],
    ['nothing', 'nothing'],
  ])('%s is %s', (text, expected) => {
    expect(resolveVariables(text, lookUp)).toBe(expected);
  });

  test('a value is never resolved again, and replaces nothing but its place', () => {
    expect(resolveVariables('<$TRICK>', lookUp)).toBe('<$KEY ${KEY} $$ $&>');
  });

  test.each(['$ABSENT', '${ABSENT}', '$constructor', '$__proto__', '$KEYS'])('%s: variable_missing', (text) => {
    const name = text.replaceAll(/[${}]/g, '');
    expect(() => resolveVariables(text, lookUp)).toThrow(
      expect.objectContaining({ code: 'variable_missing', message: expect.stringContaining(`"${name}"`) as string }),
    );
  });
});
