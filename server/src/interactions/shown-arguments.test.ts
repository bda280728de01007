import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../base/limits.ts';
import { shownArguments } from './shown-arguments.ts';

describe('arguments as a person sees them', () => {
  test('have sorted keys, one value per line, every digit', () => {
    expect(shownArguments({ to: 'bob', amount: 12345678901234567890n, list: [1, []], empty: {}, none: null })).toBe(
      '{\n  "amount": 12345678901234567890,\n  "empty": {},\n  "list": [\n    1,\n    []\n  ],\n  "none": null,\n  "to": "bob"\n}',
    );
  });

  test.each([
    ['a line break', 'a\nb', 'a\\nb'],
    ['a direction override', 'gpj\u202eexe', 'gpj\\u202eexe'],
    ['a joiner', 'pay\u200bpal', 'pay\\u200bpal'],
    ['a soft hyphen', 'a\u00adb', 'a\\u00adb'],
    ['a variation selector', 'a\ufe0fb', 'a\\ufe0fb'],
    ['a tag', 'a\u{e0041}b', 'a\\u{e0041}b'],
    ['a space that is none', 'a\u00a0b\u3164c\u2800d', 'a\\u00a0b\\u3164c\\u2800d'],
    ['a control character beyond ASCII', 'a\u0085b', 'a\\u0085b'],
    ['half of a pair', 'a\ud800b', 'a\\ud800b'],
    ['a private character', 'a\ue000b', 'a\\ue000b'],
  ])('show %s', (_what, text, shown) => {
    expect(shownArguments({ text })).toBe(`{\n  "text": "${shown}"\n}`);
  });

  test('leave letters of every script and emoji as they are', () => {
    const text = 'Grüße, здравствуйте, 你好, नमस्ते, 🎉';
    expect(shownArguments({ text })).toContain(text);
  });

  test('of keys as well', () => {
    expect(shownArguments({ ['a\u202e']: 1 })).toContain('"a\\u202e": 1');
  });

  test('hold nothing that a screen would not show, whatever they are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (args) => {
        expect(shownArguments(args).replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Default_Ignorable_Code_Point}]/u);
      }),
    );
  });

  test('are never cut at their end, and say that they are cut', () => {
    const shown = shownArguments({ filler: 'x'.repeat(limits.approval_arguments_characters), zz: 'delete everything' });
    expect(shown.endsWith('"zz": "delete everything"\n}')).toBe(true);
    expect(shown).toMatch(/\d+ CHARACTERS ARE NOT SHOWN HERE/);
    expect(shown.length).toBeLessThan(limits.approval_arguments_characters + 200);
  });
});
