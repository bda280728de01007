import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../base/limits.ts';
import { compileEcmaPattern } from './ecma-pattern.ts';
import { TooComplex } from './run.ts';

function isIn(source: string, text: string): boolean {
  const pattern = compileEcmaPattern(source);
  if ('problem' in pattern) throw new Error(`${source}: ${pattern.problem}`);
  return pattern.isIn(text, { pattern_steps: limits.pattern_steps });
}

describe('compileEcmaPattern', () => {
  it.each([
    ['^(?=.*[A-Z])(?=.*\\d).{8,}$', ['Abcdefg1', 'abcdefg1', 'A1']],
    ['^(?!admin$)[a-z]+$', ['admin', 'admins', 'x']],
    ['(?<=\\$)\\d+', ['$5', '5', 'a$']],
    ['(?<!\\$)\\b\\d+', ['$5', '5', 'a 7']],
    ['^(a|b)c\\1$', ['aca', 'acb', 'bcb']],
    ['^(?<q>[\'"]).*?\\k<q>$', ['"a"', '"a\'', "''"]],
    ['^\\p{Lu}\\p{L}*$', ['Éa', 'éa', 'A1']],
    ['^.$', ['😀', 'ab', '']],
    ['^\\u{1F600}\\uD83D\\uDE00$', ['😀😀', '😀']],
    ['^[^]{2}$', ['a\n', 'a']],
    ['^(?:a?){3}a{3}$', ['aaa', 'aaaaaa', 'aaaaaaa']],
    ['^(?:a*)*b$', ['aaab', 'aaa']],
    ['^(?:(?:ab){2,3}?c)+$', ['ababc', 'abababcababc', 'abc']],
    ['^a{,2}$', ['a{,2}', 'aa']],
    ['\\_\\-x', ['_-x', '-x']],
    ['^[\\w+=,.@-]{1,2048}$', ['role@x', '', 'a b']],
  ])('%s means what it means to the platform', (source, texts) => {
    const native = ((): RegExp => {
      try {
        return new RegExp(source, 'u');
      } catch {
        return new RegExp(source);
      }
    })();
    for (const text of texts) expect([text, isIn(source, text)]).toEqual([text, native.test(text)]);
  });

  it('means what it means to the platform, whatever is written', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\d', '^', '$', '\\b', '😀');
    const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { maxDepth: 4 },
        atom,
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
        fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '*?', '{1,2}', '{2}')).map(([a, q]) => `(${a})${q}`),
        tie('pattern').map((a) => `(?=${a})`),
        tie('pattern').map((a) => `(?!${a})`),
      ),
    }));
    // No characters of two units: V8 looks for matches between their halves, which the standard does not.
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '\n'), maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (source, given) => {
        try {
          expect(isIn(source, given)).toBe(new RegExp(source, 'u').test(given));
        } catch (thrown) {
          // Nested repetitions may take more than they are given; that is the point.
          if (!(thrown instanceof TooComplex)) throw thrown;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['^(a+)+$', '^(a|a)*$', '^(a|aa)+$', '(.*)(.*)(.*)(.*)b', '^(?=(a+)+$)b'])('ends in time: %s', (source) => {
    const started_at = performance.now();
    expect(() => isIn(source, `${'a'.repeat(50_000)}!`)).toThrow(TooComplex);
    expect(performance.now() - started_at).toBeLessThan(5_000);
  });

  it.each(['(', '[b-a]', `${'('.repeat(80)}${')'.repeat(80)}`, 'a'.repeat(1_001), '(?i:a)'])('refuses %s', (source) => {
    expect(compileEcmaPattern(source)).toHaveProperty('problem');
  });
});
