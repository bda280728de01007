// Work that the database needs from time to time: partitions made ahead and, where no background process does it,
// checkpoints and vacuum of the embedded one. Failures are logged and tried again at the next time.
import type { Pool } from 'pg';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { ensureAuditPartitions } from './partitions.ts';

export interface Maintenance {
  /** The partitions of the start. */
  readonly first: Promise<void>;
  /** Ends the timers and waits for what runs. */
  stop(): Promise<void>;
}

interface MaintenanceDeps {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly kind: 'embedded' | 'postgres';
}

const day_ms = 24 * 60 * 60_000;
/** Bounds the log that a restart has to replay, and its space on the disk. */
const checkpoint_ms = 60_000;

export function startMaintenance(deps: MaintenanceDeps): Maintenance {
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const timers: NodeJS.Timeout[] = [];
  const run = (name: string, task: () => Promise<void>): Promise<void> => {
    running = running.then(async () => {
      if (stopped) return;
      try {
        await task();
      } catch (error) {
        deps.log.warn('maintenance-failed', { task: name, error });
      }
    });
    return running;
  };
  const every = (period_ms: number, name: string, task: () => Promise<void>): void => {
    timers.push(setInterval(() => void run(name, task), period_ms).unref());
  };

  const first = run('partitions', () => ensureAuditPartitions(deps));
  every(day_ms, 'partitions', () => ensureAuditPartitions(deps));
  if (deps.kind === 'embedded') {
    every(checkpoint_ms, 'checkpoint', checkpointWhenChanged(deps.pool));
    every(day_ms, 'vacuum', () => vacuum(deps.pool));
  }
  return {
    first,
    stop: () => {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      return running;
    },
  };
}

/** A checkpoint when something was written since the last one. */
export function checkpointWhenChanged(pool: Pool): () => Promise<void> {
  let known: string | undefined;
  const position = async (): Promise<string | undefined> => {
    const { rows } = await pool.query<{ position: string }>('select pg_current_wal_insert_lsn()::text as position');
    return rows[0]?.position;
  };
  return async () => {
    if ((await position()) === known) return;
    await pool.query('checkpoint');
    known = await position();
  };
}

/** One statement per table, so that calls come in between. */
export async function vacuum(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'toolcrib'`,
  );
  for (const { name } of rows) await pool.query(`vacuum (analyze) ${name}`);
}
