// Pages of a list that is ordered by id, newest first.
import { z } from 'zod';
import { id } from './schemas.ts';

export const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(100).describe('Entries per page'),
  before: id.optional().describe('Go on before this entry: `next` of the page before'),
});

/** Where the next page begins; nothing on the last one. */
export function nextOf(entries: readonly { readonly id: string }[], limit: number): { readonly next?: string } {
  const last = entries.at(-1);
  return entries.length < limit || last === undefined ? {} : { next: last.id };
}
