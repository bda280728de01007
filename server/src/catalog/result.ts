// What a tool's run gives back, and what it may say meanwhile. The shapes are the wire's own: nothing copies them.
import type { JsonValue } from '../base/json.ts';

export type { Column, ContentBlock, JsonRow, RowsResult, ToolResult } from '@toolcrib/client';

/** Bounds of one answer. */
export interface ResultLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** Something a call says while it runs. */
export type CallEvent =
  | { readonly kind: 'progress'; readonly progress: number; readonly total?: number; readonly message?: string }
  | { readonly kind: 'log'; readonly level: 'debug' | 'info' | 'warning' | 'error'; readonly data: JsonValue };
