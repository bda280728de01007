// The store: our own database in one of two forms, with the same code above it. Gives nothing but scoped transactions.
import type { Pool } from 'pg';
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { asStoreError } from './database-errors.ts';
import { openEmbeddedDatabase } from './embedded-database.ts';
import { startMaintenance } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { createPool, migratingLimits, servingLimits } from './pool.ts';
import type { Target } from './pool.ts';
import type { Statement } from './one-trip.ts';
import { inLedger, inScope } from './scope.ts';
import type { Database, Scope } from './scope.ts';

export interface Store {
  readonly kind: 'embedded' | 'postgres';
  /** Names of the migrations that opening applied. */
  readonly migrations_applied: readonly string[];
  /**
   * Runs `work` in one transaction that sees and changes one tenant's rows only. Must not be nested: the embedded form
   * has one connection. Throws `database_unavailable`, and what `work` throws.
   */
  inTenant<T>(tenant_id: string, work: (db: Database) => Promise<T>): Promise<T>;
  /** The same for the operator's role: lists tenants, and makes a tenant with its first rows in one transaction. */
  asOperator<T>(work: (db: Database) => Promise<T>): Promise<T>;
  /** One statement of the ledger's role, which appends to the audit, in one round trip. Throws `database_unavailable`. */
  asLedger(statement: Statement): Promise<void>;
  /** One round trip. Throws `database_unavailable`; rejects with the signal's reason when it aborts first. */
  ping(signal?: AbortSignal): Promise<void>;
  /** Waits for the transactions that run, then ends every connection. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** URL of a PostgreSQL; without it the database is embedded. */
  readonly url?: string | undefined;
  /** Data folder of the embedded database. */
  readonly folder?: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the store and brings it up to this version. Throws `database_unavailable`, `data_locked`, `migration_failed`. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const target = await openTarget(options);
  const closeTarget = (): Promise<void> => (target.kind === 'embedded' ? target.database.close() : Promise.resolve());
  try {
    const migrations_applied = await migrateTarget(target, options.log);
    const pool = createPool(target, servingLimits, options.log);
    const maintenance = startMaintenance({ pool, clock: options.clock, log: options.log, kind: target.kind });
    await maintenance.first;
    let closed: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      await maintenance.stop();
      await pool.end();
      await closeTarget();
    };
    return {
      kind: target.kind,
      migrations_applied,
      ...scopes(pool),
      ping: (signal) => ping(pool, signal),
      close: () => (closed ??= close()),
    };
  } catch (error) {
    await closeTarget();
    throw error;
  }
}

async function openTarget(options: StoreOptions): Promise<Target> {
  if (options.url !== undefined) return { kind: 'postgres', url: options.url };
  if (options.folder === undefined) {
    throw new ToolcribError('internal', { cause: new TypeError('A store needs a URL or a folder') });
  }
  return { kind: 'embedded', database: await openEmbeddedDatabase(options.folder, { log: options.log }) };
}

async function migrateTarget(target: Target, log: Log): Promise<readonly string[]> {
  const pool = createPool(target, migratingLimits, log);
  try {
    return await migrate({ pool, log });
  } finally {
    await pool.end();
  }
}

function scopes(pool: Pool): Pick<Store, 'inTenant' | 'asOperator' | 'asLedger'> {
  const run = <T>(scope: Scope, work: (db: Database) => Promise<T>): Promise<T> => inScope(pool, scope, work);
  return {
    inTenant: (tenant_id, work) => run({ kind: 'tenant', tenant_id }, work),
    asOperator: (work) => run({ kind: 'operator' }, work),
    asLedger: (statement) => inLedger(pool, statement),
  };
}

async function ping(pool: Pool, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([pool.query('select 1'), aborted]);
  } catch (error) {
    throw signal?.aborted === true ? error : asStoreError(error);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
