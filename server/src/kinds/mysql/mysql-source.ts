// The source `mysql`: a MySQL, MariaDB or TiDB database, reached over few connections with statements that the server
// prepares. Nothing of one call is left for the next.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { SourceKind, SqlSource } from '../../catalog/source.ts';
import type { MysqlServer } from './connect.ts';
import { Pool } from './pool.ts';
import { createPlan } from './statement-plan.ts';
import { refuseSetting } from './setting-statements.ts';

export interface MysqlConfig extends Omit<MysqlServer, 'variables'> {
  readonly max_connections: number;
  /** A Go duration; undefined: only the limits of the tools hold. */
  readonly queryTimeout?: string | undefined;
  readonly queryParams: Readonly<Record<string, string>>;
}

const text = z.string().min(1);
const duration = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
/** What the peer's driver takes beside system variables, and what does not change anything here. */
const driver_params = new Set(['tls', 'parseTime', 'charset', 'collation', 'loc']);
const variable_name = /^[a-z][a-z0-9_]{0,63}$/;

const fields: z.ZodType<MysqlConfig> = z.strictObject({
  host: text.describe('Host name or address, or the path of a Unix socket'),
  port: z.coerce.number().int().min(1).max(65_535).default(3306).describe('Port'),
  database: z.string().default('').describe('Name of the database that statements use when they name none'),
  user: text.describe('Database account; give it only the rights that the tools need'),
  password: z.string().default('').describe('Password of the account'),
  ssl: z
    .union([z.boolean(), z.strictObject({ ca: text.describe('PEM certificates that may sign the server’s') })])
    .default(false)
    .describe('true: TLS with a certificate that a public authority signed; {ca}: one that these authorities signed'),
  max_connections: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(limits.mysql_connections)
    .describe('Most connections per server process'),
  queryTimeout: z
    .string()
    .refine((value) => value !== '' && duration.test(value), 'Write a duration such as 30s or 1m30s')
    .optional()
    .describe('Longest time of a statement on this source, such as 30s'),
  queryParams: z
    .record(
      z.string().refine((name) => driver_params.has(name) || variable_name.test(name), 'Name a system variable'),
      z.coerce.string(),
    )
    .refine(
      ({ tls = 'false' }) => tls === 'true' || tls === 'false',
      'tls is "true" or "false"; with an authority of your own, write ssl: {ca}',
    )
    .default({})
    .describe('System variables of the session, by name; tls: "true" is the same as ssl'),
});

const no_parameters = { parameters: [], read_only: true };

export const mysqlSource: SourceKind<MysqlConfig> = {
  type: 'mysql',
  aliases: ['mariadb', 'tidb', 'cloud-sql-mysql'],
  fields,
  caller_account: {
    kind: 'connection',
    strategies: ['username_password'],
    fields: { user: 'user', password: 'password' },
    refusal: { field: 'errno', values: [1045, 1698] },
  },
  refuseSetting,
  open: (name, config, { clock, log }): SqlSource => {
    const { max_connections, queryTimeout, queryParams, ...address } = config;
    const variables = Object.fromEntries(
      Object.entries(queryParams)
        .filter(([param]) => !driver_params.has(param))
        // The peer's driver splices them into a statement, so texts come with their quotes.
        .map(([param, value]) => [param, value.replace(/^'(.*)'$/s, '$1')]),
    );
    const ssl = address.ssl === false ? queryParams['tls'] === 'true' : address.ssl;
    const pool = new Pool({ source: name, server: { ...address, ssl, variables }, log, clock, max_connections });
    const longest_ms = queryTimeout === undefined ? undefined : durationMs(queryTimeout);
    const probe = createPlan({ text: 'SELECT 1', ...no_parameters });

    return {
      type: 'mysql',
      probe: async (signal) => {
        const result_limits = { rows: 1, bytes: 1_000 };
        await pool.run({ plan: probe, values: [], limits: result_limits, skip_rows: 0, settings: [], signal });
      },
      close: () => pool.close(),
      prepare: (statement) => {
        const plan = createPlan(statement);
        return {
          run: async (values, { signal, limits: result_limits, skip_rows, settings = [] }) => {
            if (plan.refused) throw new ToolcribError('write_refused');
            const call = { plan, values, limits: result_limits, skip_rows, settings };
            return withDeadline(longest_ms, signal, (bounded) => pool.run({ ...call, signal: bounded }));
          },
        };
      },
    };
  },
};

function durationMs(written: string): number {
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = (duration.exec(written) ?? [])
    .slice(1)
    .map((n) => Number(n ?? 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + ms;
}

/** Runs with a signal that aborts after the time as well. */
async function withDeadline<T>(
  timeout_ms: number | undefined,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeout_ms === undefined) return run(signal);
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new ToolcribError('call_timed_out', { params: { timeout_ms } })),
    timeout_ms,
  );
  try {
    return await run(AbortSignal.any([signal, deadline.signal]));
  } finally {
    clearTimeout(timer);
  }
}
