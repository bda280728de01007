// The source `postgres`: a PostgreSQL database, reached over few connections with pipelined, prepared statements.
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import type { SourceKind, SqlSource } from '../../catalog/source.ts';
import { ToolcribError } from '../../base/errors.ts';
import { createCall } from './call.ts';
import type { NewCall } from './call.ts';
import type { PostgresServer } from './connect.ts';
import { Lane } from './lane.ts';
import { createPlan } from './statement-plan.ts';

export interface PostgresConfig extends PostgresServer {
  readonly max_connections: number;
}

const text = z.string().min(1);

const fields: z.ZodType<PostgresConfig> = z.strictObject({
  host: text.describe('Host name or address, or the folder of a Unix socket'),
  port: z.coerce.number().int().min(1).max(65_535).default(5432).describe('Port'),
  database: text.describe('Name of the database'),
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
    .default(limits.source_connections)
    .describe('Most connections per server process; a quarter of them is for tools that write'),
});

const no_rows = { rows: 0, bytes: 0 };

export const postgresSource: SourceKind<PostgresConfig> = {
  type: 'postgres',
  aliases: [],
  fields,
  open: (name, config, { log, clock }): SqlSource => {
    const { max_connections, ...server } = config;
    const writers = Math.max(1, Math.floor(max_connections / 4));
    const options = { source: name, server, log, clock };
    const reading = new Lane({ ...options, read_only: true, max_connections: max_connections - writers });
    const writing = new Lane({ ...options, read_only: false, max_connections: writers });

    const run = (call: NewCall) => {
      const created = createCall(call);
      (call.plan.read_only ? reading : writing).submit(created.call);
      return created.result;
    };
    const probe = createPlan({ text: 'SELECT 1', parameters: [], read_only: true });

    return {
      type: 'postgres',
      probe: async (signal) => {
        await run({ plan: probe, values: [], limits: { rows: 1, bytes: 1_000 }, signal });
      },
      close: async () => {
        await Promise.all([reading.close(), writing.close()]);
      },
      prepare: (statement) => {
        const plan = createPlan(statement);
        return {
          run: async (values, { signal, limits: result_limits, skip_rows }) => {
            if (plan.refused) throw new ToolcribError('write_refused');
            const call = { plan, values, signal, limits: result_limits, skip_rows };
            // How an array is written depends on the type that the server expects: ask before the first run.
            if (plan.has_arrays && plan.type_oids === undefined) {
              await run({ ...call, limits: no_rows, describe_only: true });
            }
            return run(call);
          },
        };
      },
    };
  },
};
