// What a call answers.
import type { JsonValue } from './json.ts';

export interface Column {
  /** Unique within the result: a repeated name gets a suffix `_2`, `_3` … */
  readonly name: string;
  /** The database's own name of the type, where known. */
  readonly type?: string;
}

export type JsonRow = Readonly<Record<string, JsonValue>>;

/** The answer was cut at a limit; what is given is whole. */
export interface Truncation {
  readonly by: 'rows' | 'bytes';
  readonly limit: number;
  /** Goes on after the last row of this answer: give it to the same call. Absent where the call cannot be continued. */
  readonly cursor?: string;
}

export interface RowsResult {
  readonly kind: 'rows';
  readonly columns: readonly Column[];
  /** One object per row, keyed by column name, values ready for JSON. */
  readonly rows: readonly JsonRow[];
  /** For INSERT, UPDATE, DELETE without RETURNING. */
  readonly affected_rows?: number;
  readonly truncated?: Truncation;
}

export interface ValueResult {
  readonly kind: 'value';
  readonly value: JsonValue;
}

/** What a tool shows rather than returns: texts, pictures, sounds, documents. */
export interface ContentResult {
  readonly kind: 'content';
  readonly content: readonly ContentBlock[];
}

/** The content blocks of MCP (revision 2026-07-28), which is the field's common form. `data` is base64. */
export type ContentBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'audio'; readonly data: string; readonly mimeType: string }
  | { readonly type: 'resource'; readonly resource: ResourceContents }
  | ResourceLink;

/** A document that can be read elsewhere; nobody has looked at it. */
export interface ResourceLink {
  readonly type: 'resource_link';
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
}

export type ResourceContents = { readonly uri: string; readonly mimeType?: string } & (
  | { readonly text: string }
  | { readonly blob: string }
);

export type ToolResult = RowsResult | ValueResult | ContentResult;
