// The source `mssql`: a database of Microsoft SQL Server or Azure SQL, over TDS.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { SourceKind, SqlSource } from '../../catalog/source.ts';
import type { MssqlServer } from './mssql-connection.ts';
import { MssqlPool } from './mssql-pool.ts';
import { createBatch, createPlan } from './statement-plan.ts';

export interface MssqlConfig extends MssqlServer {
  readonly max_connections: number;
}

const text = z.string().min(1);
/** The words that the peer's driver takes. */
const encryptWords = {
  true: true,
  mandatory: true,
  yes: true,
  false: false,
  optional: false,
  no: false,
  disable: false,
  strict: 'strict',
} as const;

const fields: z.ZodType<MssqlConfig> = z.strictObject({
  host: text.describe('Host name or address'),
  port: z.coerce.number().int().min(1).max(65_535).default(1433).describe('Port'),
  database: text.describe('Name of the database'),
  user: text.describe('SQL Server login; give it only the rights that the tools need (db_datareader to read)'),
  password: z.string().default('').describe('Password of the login'),
  encrypt: z
    .union([z.boolean(), z.enum(Object.keys(encryptWords) as (keyof typeof encryptWords)[])])
    .transform((value) => (typeof value === 'boolean' ? value : encryptWords[value]))
    .default(true)
    .describe('TLS: true, false, or strict (TDS 8.0: TLS before anything else)'),
  trustServerCertificate: z
    .boolean()
    .default(false)
    .describe('true: any certificate is taken, so that somebody in between can read along'),
  ca: text.optional().describe('PEM certificates that may sign the server’s, instead of the public authorities'),
  readOnlyIntent: z
    .boolean()
    .default(false)
    .describe('Read-only tools ask an availability group for a readable secondary (ApplicationIntent=ReadOnly)'),
  max_connections: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(limits.source_connections)
    .describe('Most connections per server process; a quarter of them is for tools that write'),
});

export const mssqlSource: SourceKind<MssqlConfig> = {
  type: 'mssql',
  aliases: ['cloud-sql-mssql'],
  fields,
  caller_account: {
    kind: 'connection',
    strategies: ['username_password'],
    fields: { user: 'user', password: 'password' },
    refusal: { field: 'code', values: ['ELOGIN'] },
  },
  // Keys of SESSION_CONTEXT are the tools' own.
  refuseSetting: () => undefined,
  open: (name, config, { clock, log }): SqlSource => {
    const { max_connections, ...server } = config;
    const writers = Math.max(1, Math.floor(max_connections / 4));
    const options = { source: name, server, clock, log };
    const reading = new MssqlPool({ ...options, read_only: true, max_connections: max_connections - writers });
    const writing = new MssqlPool({ ...options, read_only: false, max_connections: writers });
    const probe = createPlan({ text: 'SELECT 1', parameters: [], read_only: true });
    return {
      type: 'mssql',
      probe: async (signal) => {
        const job = { batch: createBatch(probe, []), read_only: true, limits: { rows: 1, bytes: 1_000 }, skip_rows: 0 };
        await reading.run(job, signal);
      },
      close: async () => {
        await Promise.all([reading.close(), writing.close()]);
      },
      prepare: (statement) => {
        const plan = createPlan(statement);
        return {
          run: async (values, { signal, limits: result_limits, skip_rows, settings }) => {
            if (plan.refused) throw new ToolcribError('write_refused');
            if (plan.malformed) {
              throw new ToolcribError('statement_failed', { params: { sqlstate: '42601', condition: 'syntax_error' } });
            }
            const batch = createBatch(plan, values, settings);
            const last = statement.once === true && !plan.read_only;
            const job = { batch, read_only: plan.read_only, last, limits: result_limits, skip_rows };
            return (plan.read_only ? reading : writing).run(job, signal);
          },
        };
      },
    };
  },
};
