import { expect, test } from 'vitest';
import { cleanLine, cleanText, hasUnseen } from './clean-text.ts';

test('takes out what is not seen and what a terminal obeys', () => {
  const text = '\u001B[31mred\u001B[0m \u001B]0;title\u0007a\u202Eb\u200Bc\u{E0041}d\u0000\u2066e\u2028f\tg\r\nh';
  expect(cleanText(text)).toBe('red abcdef\tg\nh');
  expect(hasUnseen(text)).toBe(true);
  expect(hasUnseen('Grüße, 世界 🙂\n\tand so on')).toBe(false);
});

test('cuts without leaving half a character', () => {
  expect(cleanText('🙂🙂🙂', 4)).toBe('🙂\uFFFD…');
  expect(cleanLine('a\n\n b\tc', 10)).toBe('a b c');
  expect(cleanLine('x'.repeat(100), 5)).toBe('xxxx…');
});

test('takes time in proportion to the text', () => {
  const began = performance.now();
  cleanText('\u001B]'.repeat(200_000));
  cleanText('\u001B['.repeat(200_000));
  expect(performance.now() - began).toBeLessThan(3_000);
});
