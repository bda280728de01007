// Where a tool comes from, in the eight words of remote-packs.md §3, which say less than its kind.
import type { Tool } from './tool.ts';

export const sourceTypes = ['builtin', 'function', 'remote', 'mcp', 'code', 'sql', 'http', 'handoff'] as const;
export type SourceType = (typeof sourceTypes)[number];

const by_kind: Readonly<Record<string, SourceType>> = {
  function: 'function',
  remote: 'remote',
  mcp: 'mcp',
  handoff: 'handoff',
  http: 'http',
  openapi: 'http',
};

export function sourceTypeOf({ kind }: Pick<Tool, 'kind'>): SourceType {
  if (/-(?:execute-)?(?:sql|cypher)$|-list-tables$|-schema$/.test(kind)) return 'sql';
  return Object.hasOwn(by_kind, kind) ? (by_kind[kind] ?? 'builtin') : 'builtin';
}
