// The fields of a source `postgres` in the file. What MCP Toolbox has for the same databases is taken where it means the
// same here, and refused with what to write instead where it does not.
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import { audited, refusedField } from '../sql/refused-field.ts';
import type { PostgresServer } from './connect.ts';

export interface PostgresConfig extends PostgresServer {
  readonly max_connections: number;
}

const text = z.string().min(1);
function oneOf<const Word extends string>(words: readonly Word[], instead: string): z.ZodType<Word> {
  return z.custom<Word>((value) => words.some((word) => word === value), instead);
}

const connector = 'belongs to Google’s connector, which is not used here: write host and port (of the Auth Proxy too)';
const balancing = 'belongs to the driver of YugabyteDB, which is not used here: write the host and port of a balancer';
const retries = 'calls that only read are tried again once by themselves: remove it';

/** Names of pgx and libpq that can be meant. The rest could change how values are read, or who reads them. */
const queryParams = z
  .strictObject({
    sslmode: oneOf(
      ['disable', 'require', 'verify-ca', 'verify-full'],
      'write disable or verify-full: TLS is either not used, or the certificate is verified',
    ).optional(),
    application_name: text.max(63).optional(),
    search_path: text.max(1_000).optional(),
    connect_timeout: z.coerce.number().int().min(1).max(60).optional(),
    sslrootcert: refusedField('write ssl: {ca: …} with the PEM text'),
    sslcert: refusedField('accounts with client certificates are not supported; use a password'),
    sslkey: refusedField('accounts with client certificates are not supported; use a password'),
    statement_timeout: refusedField('write timeout_ms in the tool: then the statement is cancelled'),
    options: refusedField('write sessionSettings in the source'),
  })
  .optional()
  .describe('Of the connection string: sslmode, application_name, search_path, connect_timeout (seconds)');

const schema = z.strictObject({
  host: text.describe('Host name or address, or the folder of a Unix socket'),
  port: z.coerce.number().int().min(1).max(65_535).default(5432).describe('Port'),
  database: text.describe('Name of the database'),
  user: text.describe('Database account; give it only the rights that the tools need'),
  password: z.string().default('').describe('Password of the account'),
  ssl: z
    .union([z.boolean(), z.strictObject({ ca: text.describe('PEM certificates that may sign the server’s') })])
    .optional()
    .describe('true: TLS with a certificate that a public authority signed; {ca}: one that these authorities signed'),
  max_connections: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(limits.source_connections)
    .describe('Most connections per server process; a quarter of them is for tools that write'),
  queryParams,
  connectTimeout: z.coerce.number().int().min(1).max(60).optional().describe('Seconds to open a connection; 5'),
  queryExecMode: oneOf(
    ['cache_statement', 'cache_describe'],
    'statements are always prepared and bound: remove it; a pooler before the database must keep sessions',
  )
    .optional()
    .meta({ deprecated: true }),
  sqlCommenter: refusedField(audited, false),
  readOnly: refusedField(
    'tools are read-only unless they say readOnly: false; remove it, or use an account that only reads',
    false,
  ),
  project: refusedField(connector),
  region: refusedField(connector),
  cluster: refusedField(connector),
  instance: refusedField(connector),
  ipType: refusedField(connector),
  readOnlyMode: refusedField('write readOnly: false in the tools that are meant to write', true),
  enableWriteMode: refusedField('write readOnly: false in the tools that are meant to write', false),
  maxRowLimit: refusedField('write max_rows in the tool'),
  queryTimeoutSec: refusedField('write timeout_ms in the tool'),
  maxRetries: refusedField(retries),
  retryBaseDelay: refusedField(retries),
  enableTelemetry: refusedField(audited),
  telemetryVerbose: refusedField(audited),
  clusterID: refusedField(audited),
  loadBalance: refusedField(balancing, false),
  topologyKeys: refusedField(balancing),
  ybServersRefreshInterval: refusedField(balancing),
  fallbackToTopologyKeysOnly: refusedField(balancing),
  failedHostReconnectDelaySecs: refusedField(balancing),
});

export const postgresFields: z.ZodType<PostgresConfig> = schema.transform(
  ({ host, port, database, user, password, max_connections, ...given }, context) => {
    const { sslmode, application_name, search_path, connect_timeout } = given.queryParams ?? {};
    const wants_tls = sslmode === undefined ? undefined : sslmode !== 'disable';
    if (wants_tls !== undefined && given.ssl !== undefined && wants_tls !== (given.ssl !== false)) {
      context.addIssue({ code: 'custom', path: ['ssl'], message: 'contradicts sslmode of queryParams' });
    }
    const connect_s = given.connectTimeout ?? connect_timeout;
    return {
      host,
      port,
      database,
      user,
      password,
      max_connections,
      ssl: given.ssl ?? wants_tls ?? false,
      ...(application_name === undefined ? {} : { application_name }),
      ...(search_path === undefined ? {} : { search_path }),
      ...(connect_s === undefined ? {} : { connect_ms: connect_s * 1_000 }),
    };
  },
);
