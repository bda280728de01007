import { CallToolResultSchema } from '@modelcontextprotocol/core';
import { describe, expect, test } from 'vitest';
import { ToolcribError } from '../../base/errors.ts';
import type { ToolResult } from '../../catalog/result.ts';
import { errorParts, resultParts } from './results.ts';
import type { ResultParts } from './results.ts';

/** The result as a client reads it; the official schema must take it. */
function read({ members, meta }: ResultParts): Record<string, unknown> {
  const result: unknown = JSON.parse(`{${members},"_meta":${JSON.stringify(meta)}}`);
  expect(CallToolResultSchema.safeParse(result).error).toBeUndefined();
  return result as Record<string, unknown>;
}

const rows: ToolResult = { kind: 'rows', columns: [{ name: 'a' }], rows: [{ a: 1 }, { a: '"<\u2028é' }] };

describe('rows', () => {
  test('are one text item each, and structured for those who read it', () => {
    expect(read(resultParts(rows, true))).toEqual({
      content: [
        { type: 'text', text: '{"a":1}' },
        { type: 'text', text: '{"a":"\\"<\u2028é"}' },
      ],
      structuredContent: { rows: [{ a: 1 }, { a: '"<\u2028é' }] },
      _meta: {},
    });
    expect(read(resultParts(rows, false))).not.toHaveProperty('structuredContent');
  });

  test('that were cut say so, in an item that is an object like the others', () => {
    const cut: ToolResult = { ...rows, truncated: { by: 'bytes', limit: 10 } };
    const result = read(resultParts(cut, true));
    expect((result['content'] as { text: string }[]).map((item): unknown => JSON.parse(item.text))).toEqual([
      { a: 1 },
      { a: '"<\u2028é' },
      {
        truncated: { by: 'bytes', limit: 10 },
        note: 'Cut: only the first 2 rows are here, because of the limit of 10 bytes.',
      },
    ]);
    expect(result['structuredContent']).toMatchObject({ truncated: { by: 'bytes', limit: 10 } });
    expect(result['_meta']).toEqual({ 'toolcrib/truncated': { by: 'bytes', limit: 10 } });
  });

  test('of a statement that wrote are their count', () => {
    const written: ToolResult = { kind: 'rows', columns: [], rows: [], affected_rows: 3 };
    expect(read(resultParts(written, true))).toMatchObject({
      content: [{ type: 'text', text: '{"affected_rows":3}' }],
      structuredContent: { rows: [], affected_rows: 3 },
    });
  });
});

describe('values', () => {
  test.each([
    ['a text as it is', 'hello', 'hello', { value: 'hello' }],
    ['an object as JSON', { a: [1] }, '{"a":[1]}', { a: [1] }],
    ['a list as JSON', [1, 2], '[1,2]', { value: [1, 2] }],
    ['null as JSON', null, 'null', { value: null }],
  ])('%s', (_case, value, text, structuredContent) => {
    expect(read(resultParts({ kind: 'value', value }, true))).toEqual({
      content: [{ type: 'text', text }],
      structuredContent,
      _meta: {},
    });
  });
});

test('content is passed on', () => {
  const content = [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }] as const;
  expect(read(resultParts({ kind: 'content', content }, true))).toEqual({ content, _meta: {} });
});

test('an error is told to the model with every fault and the hint', () => {
  const error = new ToolcribError('arguments_invalid', {
    params: { tool: 'find' },
    faults: [{ path: 'name', message: 'is missing', hint: 'Give a text.' }],
  });
  expect(read(errorParts(error))).toEqual({
    content: [
      {
        type: 'text',
        text: 'The arguments of "find" are not valid.\n- name: is missing Give a text.\nCorrect the listed arguments and call again.',
      },
    ],
    isError: true,
    _meta: { 'toolcrib/error': error.toPublic() },
  });
});
