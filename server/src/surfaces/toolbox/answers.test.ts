import { describe, expect, test } from 'vitest';
import { ToolcribError } from '../../base/errors.ts';
import type { ToolResult } from '../../catalog/result.ts';
import { errorText, resultText } from './answers.ts';

describe('a result', () => {
  test.each<[string, ToolResult, string]>([
    ['rows', { kind: 'rows', columns: [], rows: [{ a: 1, b: 'é<' }] }, '{"result":"[{\\"a\\":1,\\"b\\":\\"é<\\"}]"}'],
    ['no rows', { kind: 'rows', columns: [], rows: [] }, '{"result":"[]"}'],
    [
      'rows that were cut',
      { kind: 'rows', columns: [], rows: [{ a: 1 }], truncated: { by: 'rows', limit: 1 } },
      '{"result":"[{\\"a\\":1}]","truncated":{"by":"rows","limit":1}}',
    ],
    [
      'the count of a write',
      { kind: 'rows', columns: [], rows: [], affected_rows: 2 },
      '{"result":"[{\\"affected_rows\\":2}]"}',
    ],
    ['a value', { kind: 'value', value: null }, '{"result":"null"}'],
    [
      'content',
      { kind: 'content', content: [{ type: 'text', text: 'x' }] },
      '{"result":"[{\\"type\\":\\"text\\",\\"text\\":\\"x\\"}]"}',
    ],
  ])('of %s is JSON text inside JSON', (_case, result, text) => {
    expect(resultText(result)).toBe(text);
  });
});

test('an error has the texts of the peer and the code of the catalogue', () => {
  const error = new ToolcribError('arguments_invalid', {
    params: { tool: 'find' },
    faults: [{ path: 'name', message: 'is missing' }],
  });
  expect(JSON.parse(errorText(error, { request_id: 'r', call_id: 'c' }))).toEqual({
    status: 'Bad Request',
    error: 'The arguments of "find" are not valid.\n- name: is missing\nCorrect the listed arguments and call again.',
    code: 'arguments_invalid',
    hint: 'Correct the listed arguments and call again.',
    retryable: false,
    faults: [{ path: 'name', message: 'is missing' }],
    request_id: 'r',
    call_id: 'c',
  });
});
