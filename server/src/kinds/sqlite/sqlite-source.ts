// The source `sqlite`: a database file, opened by processes of its own: a few that read, one that writes.
import { resolve } from 'node:path';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { ArgumentValue, ParameterType } from '../../catalog/parameters.ts';
import type { SourceKind, SqlSource, SqlStatement, SqlStatementText } from '../../catalog/source.ts';
import { checkSingle } from '../sql/check-placeholders.ts';
import { audited, refusedField } from '../sql/refused-field.ts';
import { commandOf, scanSql } from '../sql/scan-sql.ts';
import { databasePath } from './database-path.ts';
import { MemoryFile } from './memory-file.ts';
import { placeholderTargets, sqliteSyntax } from './sqlite-dialect.ts';
import { sqliteError } from './sqlite-errors.ts';
import type { SqliteJob, SqliteValue } from './sqlite-messages.ts';
import { SqlitePool } from './sqlite-pool.ts';
import { writeJson } from '../../base/json.ts';

export interface SqliteConfig {
  readonly database: string;
}

const fields: z.ZodType<SqliteConfig> = z.strictObject({
  database: z
    .string()
    .min(1)
    .superRefine((written, context) => {
      const read = databasePath(written);
      if ('fault' in read) context.addIssue({ code: 'custom', message: read.fault });
    })
    .describe(
      'Path of the database file, relative to the folder of the configuration; also an address (file:…?mode=ro) or :memory:',
    ),
  sqlCommenter: refusedField(audited, false),
});

const counting = new Set(['insert', 'update', 'delete', 'replace', 'with']);

export const sqliteSource: SourceKind<SqliteConfig> = {
  type: 'sqlite',
  aliases: [],
  fields,
  open: (name, config, { base_folder, clock }): SqlSource => {
    const read = databasePath(config.database);
    if ('fault' in read) throw new TypeError(`The path was not checked: ${read.fault}`);
    const memory = read.path === undefined ? new MemoryFile() : undefined;
    const path = (): string => memory?.path() ?? resolve(base_folder, read.path ?? '');
    const reading = new SqlitePool({ clock, path, mode: 'read', max_processes: limits.sqlite_readers });
    const mode = read.read_only ? 'read' : 'write';
    const writing = new SqlitePool({ clock, path, mode, max_processes: 1 });
    const run = async (pool: SqlitePool, job: SqliteJob, signal: AbortSignal) => {
      try {
        return await pool.run(job, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        throw sqliteError(thrown, name);
      }
    };
    return {
      type: 'sqlite',
      probe: async (signal) => {
        // Reads the file's header, which `SELECT 1` would not.
        await run(reading, createJob('SELECT count(*) FROM sqlite_schema'), signal);
      },
      close: async () => {
        await Promise.all([reading.close(), writing.close()]);
        memory?.remove();
      },
      prepare: (statement) =>
        prepare(statement, (job, signal) => run(statement.read_only ? reading : writing, job, signal)),
    };
  },
};

function prepare(
  statement: SqlStatementText,
  run: (job: SqliteJob, signal: AbortSignal) => ReturnType<SqlStatement['run']>,
): SqlStatement {
  const tokens = scanSql(statement.text, sqliteSyntax);
  const single = checkSingle(tokens).length === 0;
  const targets = placeholderTargets(tokens, statement.parameters);
  const counts = counting.has(commandOf(tokens));
  const once = statement.once === true;
  return {
    run: async (values, options) => {
      // SQLite would run the first and say nothing of the others.
      if (!single) {
        throw new ToolcribError('statement_failed', { params: { sqlstate: '42601', condition: 'syntax_error' } });
      }
      const positional: SqliteValue[] = [];
      const named: Record<string, SqliteValue> = {};
      for (const { placeholder, target } of targets) {
        if (!('index' in target)) continue;
        const value = bindValue(values[target.index] ?? null, statement.parameters[target.index]?.type);
        if (placeholder === '?') positional.push(value);
        else named[placeholder] = value;
      }
      const { limits: result_limits, skip_rows } = options;
      const job = { text: statement.text, positional, named, limits: result_limits, skip_rows, counts, once };
      return run(job, options.signal);
    },
  };
}

function createJob(text: string): SqliteJob {
  return {
    text,
    positional: [],
    named: {},
    limits: { rows: 1, bytes: 1_000 },
    skip_rows: 0,
    counts: false,
    once: false,
  };
}

/** Integers as INTEGER, not REAL; truth values as 1 and 0; arrays and maps, which SQLite does not have, as JSON. */
function bindValue(value: ArgumentValue, type: ParameterType | undefined): SqliteValue {
  if (typeof value === 'number') return type === 'integer' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'object' && value !== null ? writeJson(value) : value;
}
