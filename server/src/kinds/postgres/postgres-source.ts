// The source `postgres`: a PostgreSQL database, reached over few connections with pipelined, prepared statements.
import type { SourceKind, SqlSource } from '../../catalog/source.ts';
import { ToolcribError } from '../../base/errors.ts';
import { createCall } from './call.ts';
import type { NewCall } from './call.ts';
import { Lane } from './lane.ts';
import { postgresFields } from './postgres-config.ts';
import type { PostgresConfig } from './postgres-config.ts';
import { checkSettings, refuseSetting } from './setting-messages.ts';
import { createPlan } from './statement-plan.ts';

const no_rows = { rows: 0, bytes: 0 };

export const postgresSource: SourceKind<PostgresConfig> = {
  type: 'postgres',
  // Databases that speak its protocol. Google's two are reached by host and port.
  aliases: ['cloud-sql-postgres', 'alloydb-postgres', 'cockroachdb', 'yugabytedb'],
  fields: postgresFields,
  caller_account: {
    kind: 'connection',
    strategies: ['username_password'],
    fields: { user: 'user', password: 'password' },
    refusal: { field: 'code', values: ['28P01', '28000'] },
  },
  refuseSetting,
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
          run: async (values, { signal, limits: result_limits, skip_rows, settings = [] }) => {
            if (plan.refused) throw new ToolcribError('write_refused');
            checkSettings(settings);
            const call = { plan, values, signal, limits: result_limits, skip_rows, settings };
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
