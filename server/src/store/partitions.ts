// The audit's partitions: one per month, made ahead, so that old months can be dropped whole and inserts touch a small
// index. What falls between goes to the default partition, so a missing one loses nothing.
import type { Pool } from 'pg';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { asOwner } from './migrate.ts';

const months_ahead = 2;

export interface Partition {
  readonly name: string;
  /** Lowest id of the month. */
  readonly from: string;
  /** Lowest id of the next month. */
  readonly to: string;
}

/** The partition of `audit_call` for the month that is `offset` months after `now` (milliseconds since 1970), in UTC. */
export function auditPartition(now: number, offset: number): Partition {
  const date = new Date(now);
  const start = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1));
  const end = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset + 1, 1);
  const name = `audit_call_${start.toISOString().slice(0, 7).replace('-', '_')}`;
  return { name, from: lowestId(start.getTime()), to: lowestId(end) };
}

/** The lowest UUIDv7 of a millisecond: its time in the first 48 bits (RFC 9562 §5.7). */
export function lowestId(time: number): string {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Makes the partitions of this month and the next ones. A failure is logged: the default partition takes the rows. */
export async function ensureAuditPartitions(deps: {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<void> {
  const now = deps.clock.now();
  for (let offset = 0; offset <= months_ahead; offset += 1) {
    const { name, from, to } = auditPartition(now, offset);
    try {
      await asOwner(deps.pool, async (client) => {
        const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [name]);
        if (rows[0]?.there === true) return;
        await client.query(`
          create table ${name} partition of audit_call for values from ('${from}') to ('${to}');
          alter table ${name} enable row level security, force row level security;
        `);
        deps.log.info('audit-partition-created', { name });
      });
    } catch (error) {
      deps.log.warn('audit-partition-failed', { name, error });
    }
  }
}
