// The source `spanner`: a database of Google Cloud Spanner, or of its emulator, in either dialect.
import { z } from 'zod';
import type { SourceKind, SqlRunOptions, SqlSource } from '../../catalog/source.ts';
import type { ArgumentValue } from '../../catalog/parameters.ts';
import type { RowsResult } from '../../catalog/result.ts';
import { runReading, runWriting } from './run-statement.ts';
import { SessionPool } from './session-pool.ts';
import { createSpannerApi } from './spanner-api.ts';
import { createAuthorizer, readKey } from './spanner-credentials.ts';
import { spannerError } from './spanner-errors.ts';
import type { SpannerDialect } from './spanner-types.ts';
import { bindStatement, createPlan } from './statement-plan.ts';
import type { StatementPlan } from './statement-plan.ts';

export interface SpannerConfig {
  readonly project: string;
  readonly instance: string;
  readonly database: string;
  readonly dialect: SpannerDialect;
  readonly credentials?: string | Readonly<Record<string, unknown>> | undefined;
  readonly database_role?: string | undefined;
  readonly emulator_host?: string | undefined;
  readonly useClientOAuth?: boolean | undefined;
}

export interface SpannerSource extends SqlSource {
  readonly dialect: SpannerDialect;
}

const google = 'https://spanner.googleapis.com';

/** What may stand in a path of the API. */
const id = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.:-]*$/, 'must be a letter, then letters, digits, "-", "_", "." and ":" only');
const key_hint = 'the JSON of a key of the type service_account or authorized_user';

const fields: z.ZodType<SpannerConfig> = z.strictObject({
  project: id.describe('Id of the Google Cloud project'),
  instance: id.describe('Id of the Spanner instance'),
  database: id.describe('Id of the database'),
  dialect: z
    .preprocess(
      (given) => (typeof given === 'string' ? given.toLowerCase() : given),
      z.enum(['googlesql', 'postgresql']),
    )
    .default('googlesql')
    .describe('Dialect of the database'),
  credentials: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .refine((given) => given === '' || readKey(given) !== undefined, key_hint)
    .optional()
    .describe(`Key of the account, ${key_hint}; without it, the Application Default Credentials of the server`),
  database_role: z.string().min(1).optional().describe('Role of the database that sessions act in'),
  emulator_host: z
    .string()
    .regex(/^([^\s/:@]+:\d{1,5})?$/, 'must be host:port')
    .optional()
    .describe('Address of the REST API of an emulator, host:port; used without credentials and without TLS'),
  useClientOAuth: z
    .boolean()
    .optional()
    .describe(
      "Accepted for MCP Toolbox's files: there it is about the search of catalogues, which does not exist here",
    ),
});

export const spannerSource: SourceKind<SpannerConfig> = {
  type: 'spanner',
  aliases: [],
  fields,
  caller_account: {
    kind: 'connection',
    strategies: ['custom'],
    fields: { credentials: 'credentials' },
    sample: { credentials: '' },
    refusal: { field: 'status', values: ['UNAUTHENTICATED'] },
  },
  open: (name, config, { clock, http }): SpannerSource => {
    const { dialect } = config;
    const database = `projects/${config.project}/instances/${config.instance}/databases/${config.database}`;
    const emulator = config.emulator_host ?? '';
    const key = config.credentials === '' ? undefined : readKey(config.credentials);
    const api = createSpannerApi({
      origin: emulator === '' ? google : `http://${emulator}`,
      database,
      authorize: emulator === '' ? createAuthorizer(key) : () => Promise.resolve(undefined),
      http,
    });
    const pool = new SessionPool({ api, clock, database, role: config.database_role });

    const run = async (
      plan: StatementPlan,
      values: readonly ArgumentValue[],
      { signal, limits, skip_rows }: Pick<SqlRunOptions, 'signal' | 'limits' | 'skip_rows'>,
    ): Promise<RowsResult> => {
      const statement = { api, dialect, request: bindStatement(plan, values), limits, skip_rows, signal };
      try {
        return await pool.use(signal, (lease) =>
          plan.read_only ? runReading(statement, lease) : runWriting(statement, lease, { to_the_end: plan.writes }),
        );
      } catch (thrown) {
        signal.throwIfAborted();
        throw spannerError(thrown, { source: name, command: plan.command, read_only: plan.read_only });
      }
    };
    const probe = createPlan({ text: 'SELECT 1', parameters: [], read_only: true }, dialect);

    return {
      type: 'spanner',
      dialect,
      probe: async (signal) => {
        await run(probe, [], { signal, limits: { rows: 1, bytes: 1_000 }, skip_rows: 0 });
      },
      close: () => pool.close(),
      prepare: (statement) => {
        const plan = createPlan(statement, dialect);
        return { run: (values, options) => run(plan, values, options) };
      },
    };
  },
};
