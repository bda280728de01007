import { ListToolsResultSchema } from '@modelcontextprotocol/core';
import { describe, expect, test } from 'vitest';
import type { Tool } from '../../catalog/tool.ts';
import { listTools } from './list-tools.ts';

function tool(name: string, change: Partial<Tool> = {}): Tool {
  return {
    name,
    description: `Does ${name}.`,
    kind: 'test',
    scope: { kind: 'system' },
    parameters: [],
    input_schema: { type: 'object', properties: {} },
    read_only: true,
    danger: 'low',
    timeout_ms: 1_000,
    concurrency: 1,
    result_limits: { rows: 1, bytes: 1 },
    version: '0000000000000000',
    validate: () => ({}),
    run: async () => ({ kind: 'value', value: null }),
    ...change,
  };
}

/** The result as a client reads it; the official schema must take it. */
function list(tools: readonly Tool[], cursor?: unknown, page_items?: number) {
  const members = listTools(tools, cursor === undefined ? {} : { cursor: cursor as string }, page_items);
  if (typeof members !== 'string') return members;
  return ListToolsResultSchema.parse(JSON.parse(`{${members}}`));
}

describe('a list of tools', () => {
  test('describes each', () => {
    expect(list([tool('find', { title: 'Find' })])).toEqual({
      tools: [
        {
          name: 'find',
          title: 'Find',
          description: 'Does find.',
          inputSchema: { type: 'object', properties: {} },
          annotations: { readOnlyHint: true, destructiveHint: false },
        },
      ],
    });
  });

  test.each([
    [true, 'high', { readOnlyHint: true, destructiveHint: false }],
    [false, 'low', { readOnlyHint: false, destructiveHint: false }],
    [false, 'medium', { readOnlyHint: false, destructiveHint: true }],
    [false, 'critical', { readOnlyHint: false, destructiveHint: true }],
  ] as const)('read_only %s and danger %s are %o', (read_only, danger, annotations) => {
    expect(list([tool('x', { read_only, danger })])).toMatchObject({ tools: [{ annotations }] });
  });

  test("the author's own annotations win", () => {
    const annotations = { destructiveHint: false, idempotentHint: true };
    expect(list([tool('x', { read_only: false, danger: 'high', annotations })])).toMatchObject({
      tools: [{ annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true } }],
    });
  });

  test('comes in pages that leave out nothing and repeat nothing', () => {
    const names = ['a', 'b', 'c', 'd', 'ö'];
    const tools = names.map((name) => tool(name));
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = list(tools, cursor, 2);
      if ('kind' in page) throw new Error('The cursor was refused');
      seen.push(...page.tools.map(({ name }) => name));
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== undefined);
    expect(seen).toEqual(names);
    expect(pages).toBe(3);
  });

  test('has no second page when it fits', () => {
    expect(list([tool('a'), tool('b')], undefined, 2)).not.toHaveProperty('nextCursor');
  });

  test.each([['bm9uZQ'], ['?'], [''], [7]])('refuses the cursor %j', (cursor) => {
    expect(list([tool('a')], cursor)).toMatchObject({ kind: 'failure', code: -32_602 });
  });
});
