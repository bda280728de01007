import { expect, test } from 'vitest';
import { ownPath } from './own-path.ts';

test.each(['/', '/account', '/interactions/1?a=b#c', '/a/../b', '/sign-in?next=https://x.example'])(
  '%s is ours',
  (text) => {
    expect(ownPath(text)).toBe(new URL(text, 'https://a.example').href.slice('https://a.example'.length));
  },
);

test.each([
  ...['', 'account', '//x.example', '/\\x.example', '\\/x.example', '/\t/x.example', '\t//x.example', '/%0a/../\n/x'],
  ...[
    'https://x.example',
    'https:x.example',
    'javascript:alert(1)',
    '/.//x.example',
    '/a/..//x.example',
    `/${'a'.repeat(2_000)}`,
  ],
])('%j is not', (text) => {
  expect(ownPath(text)).toBeUndefined();
});

test('neither is nothing', () => {
  expect(ownPath(null)).toBeUndefined();
});
