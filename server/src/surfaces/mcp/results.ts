// Writes what a call came to as the result of tools/call, as JSON text. Rows are turned into text once.
import type { ToolcribError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { RowsResult, ToolResult } from '../../catalog/result.ts';
import { toPublicText } from '../error-text.ts';
import { metaKeys } from './protocol.ts';

/** The parts of a result: `members` is JSON text without braces, `meta` goes into `_meta`. */
export interface ResultParts {
  /** `complete` when absent. */
  readonly result_type?: 'input_required';
  readonly members: string;
  readonly meta: Readonly<Record<string, unknown>>;
}

export function resultParts(result: ToolResult, with_structure: boolean): ResultParts {
  switch (result.kind) {
    case 'rows':
      return rowsParts(result, with_structure);
    case 'value':
      return valueParts(result.value, with_structure);
    case 'content':
      return { members: `"content":${JSON.stringify(result.content)}`, meta: {} };
  }
}

/** What the model can act on is a result: the model sees it, while many programs keep protocol errors from it. */
export function errorParts(error: ToolcribError): ResultParts {
  return {
    members: `"content":[${textItem(toPublicText(error))}],"isError":true`,
    meta: { [metaKeys.error]: error.toPublic() },
  };
}

/**
 * One text item per row: the toolbox clients join them to a list. What is no row (a count, the note that the list was
 * cut) is an object too, because those clients give the items apart from JSON objects back as one broken text.
 */
function rowsParts({ rows, affected_rows, truncated }: RowsResult, with_structure: boolean): ResultParts {
  const texts = rows.map((row) => JSON.stringify(row));
  const items = texts.map((text) => textItem(text));
  if (affected_rows !== undefined) items.push(textItem(JSON.stringify({ affected_rows })));
  if (truncated !== undefined) {
    const note = `Cut: only the first ${rows.length} rows are here, because of the limit of ${truncated.limit} ${truncated.by}.`;
    items.push(textItem(JSON.stringify({ truncated, note })));
  }
  const content = `"content":[${items.join(',')}]`;
  const meta = truncated === undefined ? {} : { [metaKeys.truncated]: truncated };
  if (!with_structure) return { members: content, meta };
  const more = JSON.stringify({ affected_rows, truncated }).slice(1, -1);
  const structure = `{"rows":[${texts.join(',')}]${more === '' ? '' : `,${more}`}}`;
  return { members: `${content},"structuredContent":${structure}`, meta };
}

function valueParts(value: unknown, with_structure: boolean): ResultParts {
  const text = JSON.stringify(value);
  const content = `"content":[${textItem(typeof value === 'string' ? value : text)}]`;
  // Up to 2025-11-25 it must be an object; one rule for all revisions.
  const structure = `,"structuredContent":${isJsonObject(value) ? text : `{"value":${text}}`}`;
  return { members: `${content}${with_structure ? structure : ''}`, meta: {} };
}

function textItem(text: string): string {
  return `{"type":"text","text":${JSON.stringify(text)}}`;
}
