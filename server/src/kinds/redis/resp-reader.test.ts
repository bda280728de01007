import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RespReader, ReplyTooLarge } from './resp-reader.ts';
import type { Reply } from './resp-reader.ts';

function readAll(
  bytes: Buffer,
  options: { readonly cut?: readonly number[]; readonly left?: number } = {},
): readonly Reply[] {
  const replies: Reply[] = [];
  const budget = { left: options.left ?? 1e9 };
  const reader = new RespReader(
    () => budget,
    (reply) => replies.push(reply),
  );
  let at = 0;
  for (const size of options.cut ?? []) reader.read(bytes.subarray(at, (at += size)));
  reader.read(bytes.subarray(at));
  return replies;
}

// oxfmt-ignore
test.each<readonly [string, unknown]>([
  ['+OK\r\n', 'OK'],
  ['$5\r\nhe\r\no\r\n', 'he\r\no'],
  ['$0\r\n\r\n', ''],
  ['$-1\r\n', null],
  ['*-1\r\n', null],
  ['_\r\n', null],
  [':-7\r\n', -7],
  [':9007199254740993\r\n', '9007199254740993'],
  ['(123456789012345678901\r\n', '123456789012345678901'],
  [',1.5\r\n', 1.5],
  [',-inf\r\n', '-Infinity'],
  [',nan\r\n', 'NaN'],
  ['#t\r\n', true],
  ['=7\r\ntxt:a\nb\r\n', 'a\nb'],
  ['*2\r\n*0\r\n*2\r\n:1\r\n$-1\r\n', [[], [1, null]]],
  ['~1\r\n+a\r\n', ['a']],
  ['%2\r\n+a\r\n:1\r\n$9\r\n__proto__\r\n%0\r\n', JSON.parse('{"a":1,"__proto__":{}}')],
  ['%1\r\n:1\r\n:2\r\n', { 1: 2 }],
  ['|1\r\n+ttl\r\n:1\r\n*1\r\n|1\r\n+x\r\n:1\r\n:5\r\n', [5]],
  ['*1\r\n-ERR inside\r\n', ['ERR inside']],
])('%j', (text, value) => {
  expect(readAll(Buffer.from(text))).toEqual([{ value }]);
});

test('an error is told apart from a text', () => {
  expect(readAll(Buffer.from('-WRONGTYPE x\r\n!6\r\nERR ab\r\n+-ERR\r\n'))).toMatchObject([
    { error: { word: 'WRONGTYPE', message: 'WRONGTYPE x' } },
    { error: { word: 'ERR' } },
    { value: '-ERR' },
  ]);
});

test('bytes that are no UTF-8 are labelled', () => {
  expect(readAll(Buffer.from([...Buffer.from('$2\r\n'), 0xff, 0x00, 13, 10]))).toEqual([{ value: { base64: '/wA=' } }]);
});

test('it does not matter where the bytes are cut', () => {
  const item = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
      fc.integer(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
    ),
  })).value;
  const write = (value: unknown): string =>
    typeof value === 'string'
      ? `$${Buffer.byteLength(value)}\r\n${value}\r\n`
      : typeof value === 'number'
        ? `:${value}\r\n`
        : Array.isArray(value)
          ? `*${value.length}\r\n${value.map(write).join('')}`
          : '$-1\r\n';
  fc.assert(
    fc.property(
      fc.array(item, { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 9 })),
      (values, cut) => {
        expect(readAll(Buffer.from(values.map(write).join('')), { cut })).toEqual(values.map((value) => ({ value })));
      },
    ),
  );
});

test.each([
  '$100000\r\n',
  '*100000\r\n',
  '%100000\r\n',
  `$9\r\n${'\u0001'.repeat(9)}\r\n`,
  `*9\r\n${':1\r\n'.repeat(8)}*9\r\n`,
])('%j is too large before it is kept', (text) => {
  expect(() => readAll(Buffer.from(text), { left: 20 })).toThrow(ReplyTooLarge);
});

test.each(['HTTP/1.1 400\r\n', '$x\r\n', '$99999999999999\r\n', '*1\r\n'.repeat(1_000), 'x'.repeat(70_000)])(
  'what is no RESP ends it: %#',
  (text) => {
    expect(() => readAll(Buffer.from(text))).toThrow(TypeError);
  },
);
