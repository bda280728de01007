// The source `redis`: a Redis or Valkey server, whose tools run commands with bound arguments.
import { z } from 'zod';
import type { JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Source, SourceKind } from '../../catalog/source.ts';
import { CommandPermits } from './command-permits.ts';
import type { RedisAddress } from './redis-connection.ts';
import { redisError } from './redis-errors.ts';
import { RedisPool } from './redis-pool.ts';
import type { ByteBudget } from './resp-reader.ts';

export interface RedisConfig {
  readonly address?: readonly string[] | undefined;
  readonly host?: string | undefined;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly database: number;
  readonly tlsEnabled: boolean;
  readonly ssl: boolean | { readonly ca: string };
  readonly max_connections: number;
  readonly useGCPIAM?: boolean | undefined;
  readonly clusterEnabled?: boolean | undefined;
  readonly disableCache?: boolean | undefined;
}

/** The capability "runs commands". */
export interface RedisSource extends Source {
  run(commands: readonly (readonly string[])[], options: RunCommandsOptions): Promise<readonly JsonValue[]>;
}

export interface RunCommandsOptions {
  readonly read_only: boolean;
  readonly limit_bytes: number;
  readonly signal: AbortSignal;
}

const text = z.string().min(1);
const address = text.regex(/^(\[[^\]\s]+\]|[^:\s[\]]+)(:\d{1,5})?$/, 'Write host:port');

const fields: z.ZodType<RedisConfig> = z
  .strictObject({
    address: z
      .union([address.transform((one) => [one]), z.array(address).min(1).max(16)])
      .optional()
      .describe('host:port, or a list of them that is tried in its order; instead of host and port'),
    host: text.optional().describe('Host name or address'),
    port: z.coerce.number().int().min(1).max(65_535).default(6379).describe('Port'),
    username: z.string().default('').describe('Account; give it only the rights that the tools need'),
    password: z.string().default('').describe('Password of the account'),
    database: z.coerce.number().int().min(0).max(65_535).default(0).describe('Number of the database'),
    tlsEnabled: z.boolean().default(false).describe('The same as ssl: true'),
    ssl: z
      .union([z.boolean(), z.strictObject({ ca: text.describe('PEM certificates that may sign the server’s') })])
      .default(false)
      .describe('true: TLS with a certificate that a public authority signed; {ca}: one that these authorities signed'),
    max_connections: z.number().int().min(2).max(100).default(limits.source_connections).describe('Most connections'),
    useGCPIAM: z
      .boolean()
      .refine((on) => !on, 'Accounts of Google Cloud are not supported')
      .optional(),
    clusterEnabled: z
      .boolean()
      .refine((on) => !on, 'Clusters are not supported')
      .optional(),
    disableCache: z.boolean().optional().describe('Has no effect: nothing is cached'),
  })
  .refine((config) => (config.address === undefined) !== (config.host === undefined), 'Write "address", or "host"');

export const redisSource: SourceKind<RedisConfig> = {
  type: 'redis',
  aliases: ['valkey'],
  fields,
  caller_account: {
    kind: 'connection',
    strategies: ['username_password'],
    fields: { username: 'user', password: 'password' },
    refusal: { field: 'word', values: ['WRONGPASS', 'NOAUTH'] },
  },
  open: (name, config, { clock, log }): RedisSource => {
    const { username, password, database, max_connections } = config;
    const addresses = config.address?.map(parseAddress) ?? [{ host: config.host ?? '', port: config.port }];
    const ssl = config.ssl === false ? config.tlsEnabled : config.ssl;
    const server = { addresses, username, password, database, ssl };
    const pool = new RedisPool({ source: name, server, clock, log, max_connections });
    const permits = new CommandPermits(clock);

    const run: RedisSource['run'] = async (commands, { read_only, limit_bytes, signal }) => {
      let sent = false;
      try {
        return await pool.run({
          signal,
          repeatable: () => read_only || !sent,
          use: async (connection) => {
            const ask = (args: readonly string[]): Promise<JsonValue> =>
              connection.send(args, { left: limits.source_message_bytes });
            // Before the first is run, so that none is when one may not be.
            for (const args of commands) await permits.check(args, read_only, ask);
            sent = true;
            const budget: ByteBudget = { left: limit_bytes };
            const answers: JsonValue[] = [];
            for (const args of commands) answers.push(await connection.send(args, budget));
            return answers;
          },
        });
      } catch (thrown) {
        throw redisError(thrown, { source: name, read_only, limit_bytes });
      }
    };
    return {
      type: 'redis',
      probe: async (signal) => {
        await run([['PING']], { read_only: true, limit_bytes: 1_000, signal });
      },
      close: () => pool.close(),
      run,
    };
  },
};

function parseAddress(written: string): RedisAddress {
  const [, host = '', port = '6379'] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(written) ?? [];
  return { host, port: Number(port) };
}
