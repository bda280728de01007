// One transaction in one scope: the only way to the tables. The scope is a database role and, for a tenant, its id;
// row-level security does the rest. Must not be left by any query: the handle is dead when the transaction ends.
import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { DatabaseError } from 'pg';
import type { Pool, PoolClient, QueryResult as PgResult } from 'pg';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { asStatementError, asStoreError } from './database-errors.ts';
import { runInOneTrip } from './one-trip.ts';
import type { Statement } from './one-trip.ts';
import type { Schema } from './schema.ts';

/** The tables, inside one transaction. */
export type Database = Kysely<Schema>;

export type Scope = { readonly kind: 'tenant'; readonly tenant_id: string } | { readonly kind: 'operator' };

const roles = {
  tenant: 'toolcrib_app',
  operator: 'toolcrib_operator',
  ledger: 'toolcrib_ledger',
} as const satisfies Record<Scope['kind'] | 'ledger', string>;

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Runs `work` in one transaction; commits when it returns, rolls back when it throws. */
export async function inScope<T>(pool: Pool, scope: Scope, work: (db: Database) => Promise<T>): Promise<T> {
  const opening = openingStatement(scope);
  const client = await pool.connect().catch((error: unknown) => {
    throw asStoreError(error);
  });
  const transaction = new TransactionClient(client);
  try {
    await transaction.query(opening);
    const result = await work(transaction.database());
    await transaction.commit();
    return result;
  } catch (error) {
    await transaction.rollback();
    throw error;
  } finally {
    transaction.release();
  }
}

/** One simple query, so that a scope costs one round trip and no statement can run before it. */
function openingStatement(scope: Scope): string {
  return `begin; select ${settingsOf(scope)}`;
}

/** Runs one statement in the ledger's scope, in one round trip and one transaction. Throws `database_unavailable`. */
export function inLedger(pool: Pool, statement: Statement): Promise<void> {
  return runInOneTrip(pool, ledgerScope, statement);
}

function settingsOf(scope: Scope | { readonly kind: 'ledger' }): string {
  const tenant_id = scope.kind === 'tenant' ? scope.tenant_id : '';
  // The id goes into the text of the statement: nothing but a UUID may pass.
  if (scope.kind === 'tenant' && !uuidPattern.test(tenant_id)) {
    throw new ToolcribError('internal', { cause: new TypeError('The tenant of a scope is not a UUID') });
  }
  return [
    `set_config('role', '${roles[scope.kind]}', true)`,
    `set_config('app.tenant', '${tenant_id}', true)`,
    `set_config('search_path', 'toolcrib, pg_temp', true)`,
    `set_config('statement_timeout', '${limits.store_statement_ms}', true)`,
    `set_config('idle_in_transaction_session_timeout', '${limits.store_idle_ms}', true)`,
  ].join(', ');
}

const ledgerScope: Statement = {
  name: 'toolcrib_ledger_scope',
  text: `select ${settingsOf({ kind: 'ledger' })}`,
  values: [],
};

/** A pool's client for the time of one transaction. */
class TransactionClient {
  readonly #client: PoolClient;
  #open = true;
  /** Set when the connection cannot be trusted any more; the pool then drops it. */
  #broken = false;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  database(): Database {
    return new Kysely<Schema>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => scopedDriver(this),
        createIntrospector: (db) => new PostgresIntrospector(db),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    });
  }

  async query(text: string, values?: readonly unknown[]): Promise<PgResult> {
    if (!this.#open) throw misuse('A query came after the end of its transaction');
    try {
      return await (values === undefined ? this.#client.query(text) : this.#client.query(text, [...values]));
    } catch (error) {
      if (!(error instanceof DatabaseError)) this.#broken = true;
      throw asStatementError(error);
    }
  }

  async commit(): Promise<void> {
    const ended = this.query('commit');
    this.#open = false;
    // PostgreSQL answers COMMIT with ROLLBACK when a statement failed before and its error was swallowed.
    if ((await ended).command === 'ROLLBACK')
      throw misuse('A transaction was committed after one of its statements failed');
  }

  /** Never throws: the error that led here is the one to tell. */
  async rollback(): Promise<void> {
    this.#open = false;
    if (this.#broken) return;
    try {
      await this.#client.query('rollback');
    } catch {
      this.#broken = true;
    }
  }

  release(): void {
    this.#open = false;
    this.#client.release(this.#broken);
  }
}

function scopedDriver(transaction: TransactionClient): Driver {
  const connection: DatabaseConnection = {
    executeQuery: async <R>(compiled: CompiledQuery): Promise<QueryResult<R>> => {
      const { command, rowCount, rows } = await transaction.query(compiled.sql, compiled.parameters);
      const changes = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE';
      return { rows: rows as R[], ...(changes ? { numAffectedRows: BigInt(rowCount ?? 0) } : {}) };
    },
    streamQuery: () => {
      throw misuse('The store does not stream');
    },
  };
  const refuse = (): Promise<never> => Promise.reject(misuse('A scope is one transaction and takes none inside it'));
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
  };
}

function misuse(message: string): ToolcribError {
  return new ToolcribError('internal', { cause: new Error(message) });
}
