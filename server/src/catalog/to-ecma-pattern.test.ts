import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from './patterns.ts';
import { toEcmaPattern } from './to-ecma-pattern.ts';

describe('toEcmaPattern', () => {
  it.each([
    ['^[A-Z]{2}$', '^[A-Z]{2}$'],
    ['a.c', String.raw`a[^\n]c`],
    [String.raw`^\s*\S+$`, String.raw`^[\t\n\f\r ]*[^\t\n\f\r ]+$`],
    [String.raw`[\s\d]`, String.raw`[\t\n\f\r \d]`],
    [String.raw`\A\pL\p{Lu}\x{1F600}\z`, String.raw`^\p{L}\p{Lu}\u{1F600}$`],
    [String.raw`(?P<year>\d{4})-(?:a|b)`, String.raw`(\d{4})-(?:a|b)`],
    [String.raw`\"\-\.\/`, String.raw`"-\.\/`],
    ['[]a]', String.raw`[\]a]`],
    [String.raw`[\-a[]`, String.raw`[\-a\[]`],
  ])('writes %s as %s', (source, written) => {
    expect(compilePattern(source)).not.toHaveProperty('problem');
    expect(toEcmaPattern(source)).toBe(written);
  });

  it.each([
    '(?i)abc',
    '(?s:.)',
    '[[:alpha:]]',
    String.raw`\p{Greek}`,
    String.raw`\Qa.b\E`,
    String.raw`[\S]`,
    String.raw`[\s-z]`,
    String.raw`\a`,
    String.raw`\07`,
    'a{,2}',
    'a]',
  ])('gives %s up', (source) => {
    expect(compilePattern(source)).not.toHaveProperty('problem');
    expect(toEcmaPattern(source)).toBeUndefined();
  });

  it('means the same, whatever is written', () => {
    const atom = fc.constantFrom(
      ...[
        'a',
        'b',
        'é',
        '😀',
        '.',
        '-',
        ' ',
        '^',
        '$',
        '(?:a|b)',
        '(a|)',
        '(?P<n>a)',
        '[ab]',
        '[^a]',
        '[a-z-]',
        '[]a]',
      ],
      ...['[^]a]', '[-a]', '[a^]', '[.]', '[ -/]'],
      ...String.raw`\s \S \d \D \w \W \b \B \A \z \. \- \" \] \pL \PL \p{Lu} \P{Nd} \x41 \x{e9} \n \t \v [\s] [\d-] [\s-z] [\w.] [^\s] [\S] [\pL]`.split(
        ' ',
      ),
    );
    const piece = fc
      .tuple(atom, fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '*?'))
      .map((parts) => parts.join(''));
    const source = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
    const character = fc.constantFrom(
      ...Array.from('abzAZ09_-^$.] "/\\(é😀Ω'),
      '\n',
      '\r',
      '\t',
      '\v',
      '\f',
      '\u00a0',
      '\u2028',
      '\ufeff',
    );
    const text = fc.array(character, { maxLength: 6 }).map((characters) => characters.join(''));
    let compared = 0;
    fc.assert(
      fc.property(source, fc.array(text, { minLength: 5, maxLength: 5 }), (written, texts) => {
        const pattern = compilePattern(written);
        const translated = toEcmaPattern(written);
        fc.pre(!('problem' in pattern) && translated !== undefined);
        if ('problem' in pattern || translated === undefined) return;
        compared += 1;
        const search = new RegExp(translated, 'u');
        const whole = new RegExp(`^(?:${translated})$`, 'u');
        for (const one of texts) {
          expect([one, pattern.isIn(one), pattern.isWhole(one)]).toEqual([one, search.test(one), whole.test(one)]);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(compared).toBeGreaterThan(300);
  });
});
