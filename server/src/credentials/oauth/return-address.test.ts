import { describe, expect, it } from 'vitest';
import { checkReturn } from './return-address.ts';

const rules = { own_origin: 'https://tools.example', allowed: ['https://app.example/done', 'https://app.example/in/'] };

describe('checkReturn', () => {
  it.each([
    ['/account', '/account'],
    ['/a/../account?x=1', '/account?x=1'],
    ['https://tools.example/account', '/account'],
    ['https://app.example/done', 'https://app.example/done'],
    ['HTTPS://APP.example/in/deep?x=1', 'https://app.example/in/deep?x=1'],
  ])('goes to %s', (given, wanted) => {
    expect(checkReturn(given, rules)).toBe(wanted);
  });

  it.each([
    ...['//evil.example', '/\\evil.example', '\\\\evil.example', 'https:evil.example', 'https://evil.example/'],
    ...['/.//evil.example', '/a/..//evil.example', 'https://tools.example//evil.example', '/%2e//evil.example'],
    ...['javascript:alert(1)', 'data:text/html,x', 'http://tools.example/account', 'https://tools.example:444/account'],
    ...[
      'https://user@tools.example/',
      'https://app.example/done/',
      'https://app.example/done?x=1',
      'https://app.example',
    ],
    ...['https://app.example/in', 'https://app.example/in/../out', 'https://app.example/in/%2e%2e/out'],
    ...[
      'https://app.example.evil.example/in/',
      'https://user@app.example/in/',
      '',
      'account',
      '/a\n',
      '/\t/evil.example',
    ],
    `/${'x'.repeat(2_000)}`,
  ])('does not go to %j', (given) => {
    expect(() => checkReturn(given, rules)).toThrow(expect.objectContaining({ code: 'body_invalid' }));
  });
});
