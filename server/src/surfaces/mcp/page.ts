// The pages of a list, the same for every list of the protocol.
import { limits } from '../../base/limits.ts';
import type { JsonObject } from '../../base/json.ts';
import { failure } from './protocol.ts';
import type { Failure } from './protocol.ts';

/** The members of a list's result, as JSON text without the braces: one page, and the cursor of the next. */
export function pageText<Item extends { readonly name: string }>(
  key: string,
  items: readonly Item[],
  { params, write, page_items = limits.mcp_page_items }: PageOptions<Item>,
): string | Failure {
  const start = startOf(items, params['cursor']);
  if (start === undefined)
    return failure({ status: 200, code: 'invalid_params' }, 'The cursor is not one of this list. Start again.');
  const page = items.slice(start, start + page_items);
  const last = page.at(-1);
  const more = last !== undefined && start + page.length < items.length;
  const next = more ? `,"nextCursor":${JSON.stringify(cursorAfter(last))}` : '';
  return `"${key}":[${page.map((item) => write(item)).join(',')}]${next}`;
}

interface PageOptions<Item> {
  readonly params: JsonObject;
  /** An item as JSON text. */
  readonly write: (item: Item) => string;
  readonly page_items?: number | undefined;
}

/** A cursor names the last item of its page, so that it stays right when others come and go. */
function cursorAfter({ name }: { readonly name: string }): string {
  return Buffer.from(name, 'utf8').toString('base64url');
}

function startOf(items: readonly { readonly name: string }[], cursor: unknown): number | undefined {
  if (cursor === undefined) return 0;
  if (typeof cursor !== 'string') return undefined;
  const name = Buffer.from(cursor, 'base64url').toString('utf8');
  const index = items.findIndex((item) => item.name === name);
  return index === -1 ? undefined : index + 1;
}
