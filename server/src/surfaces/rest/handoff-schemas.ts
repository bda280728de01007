// Schemas of hand-offs on the wire.
import type { HandOff, HandOffDetails } from '@toolcrib/client';
import { z } from 'zod';
import type { ListedHandOff, SeenHandOff } from '../../interactions/handoff/list-handoffs.ts';
import { endReasons, publicStatuses } from '../../interactions/handoff/states.ts';
import { id, instant, jsonObject } from './schemas.ts';

export const handOffStatus = z.enum(publicStatuses);

export const handOff = z.object({
  id,
  tool: z.string(),
  client: z.string(),
  slug: z.string(),
  status: handOffStatus,
  state: z.string(),
  reason: z.enum(endReasons).nullable(),
  user: z.object({ id, email: z.string(), name: z.string() }),
  interaction_id: id,
  created_at: instant,
  started_at: instant.nullable(),
  ended_at: instant.nullable(),
  deadline_at: instant,
}) satisfies z.ZodType<HandOff>;

export const handOffDetails = handOff.extend({
  history: z.array(z.object({ at: instant, from: z.string(), to: z.string(), refused: z.string().nullable() })),
  result: z.object({ data: jsonObject, verbatim: z.string() }).exactOptional(),
}) satisfies z.ZodType<HandOffDetails>;

export function handOffOnWire({ row, status, user }: ListedHandOff): HandOff {
  const { tool, client, slug, state, reason, interaction_id } = row;
  return {
    ...{ id: row.id, tool, client, slug, status, state, reason, user, interaction_id },
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
    deadline_at: row.deadline_at.toISOString(),
  };
}

export function handOffDetailsOnWire(seen: SeenHandOff): HandOffDetails {
  const { history, data, verbatim } = seen;
  return {
    ...handOffOnWire(seen),
    history: history.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() })),
    ...(data === undefined || verbatim === undefined ? {} : { result: { data, verbatim } }),
  };
}
