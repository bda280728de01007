// The driver's pool for either form. Everything above it is the same.
import { Pool } from 'pg';
import type { PoolConfig } from 'pg';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { EmbeddedDatabase } from './embedded-database.ts';

/** Where connections go. */
export type Target =
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'embedded'; readonly database: EmbeddedDatabase };

export interface PoolLimits {
  readonly connections: number;
  /** Longest time that a statement may take before its connection counts as lost. */
  readonly statement_ms: number;
}

export const servingLimits: PoolLimits = {
  connections: limits.store_connections,
  // The database ends a statement itself; this is for one that does not answer at all.
  statement_ms: limits.store_statement_ms + 5_000,
};

/** For migrations: one connection, and time for big changes. */
export const migratingLimits: PoolLimits = { connections: 1, statement_ms: limits.store_migration_ms };

export function createPool(target: Target, bounds: PoolLimits, log: Log): Pool {
  const pool = new Pool({
    ...connectionOf(target, bounds),
    connectionTimeoutMillis: limits.store_connect_ms,
    query_timeout: bounds.statement_ms,
  });
  // A connection may be lost at any moment, idle or between two statements of a transaction; without a listener that
  // would end the process. Whoever uses it hears of it by the next statement; the pool opens another one.
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn('database-connection-lost', { error }));
  });
  pool.on('error', () => undefined);
  return pool;
}

function connectionOf(target: Target, bounds: PoolLimits): PoolConfig {
  if (target.kind === 'postgres') {
    return {
      connectionString: target.url,
      max: bounds.connections,
      keepAlive: true,
      fallback_application_name: 'toolcrib',
    };
  }
  return {
    stream: () => target.database.connect(),
    // The embedded database is one session; its connection stays.
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    host: 'embedded',
    password: '',
    ssl: false,
  };
}
