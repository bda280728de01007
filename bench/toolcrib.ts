// Our own server as a contestant: started as an operator starts it, with API keys and the durable audit, in its own process.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { answers, startChildServer } from './child-server.ts';
import type { Contestant } from './contestant.ts';
import { databaseUrl } from './database.ts';
import type { DatabaseAddress } from './database.ts';

export type Durability = 'before_answer' | 'soon';

export interface ToolcribOptions {
  readonly name: string;
  readonly catalogue_path: string;
  readonly folder: string;
  /** Where it keeps its own state; embedded when absent. */
  readonly store: DatabaseAddress | undefined;
  readonly durability: Durability;
  /** Addresses of this machine that its tool files may lead to. */
  readonly allowed_private?: readonly string[];
  /** Of a database that is not empty, where no first start prints a key: the master key of its vault. */
  readonly master_key?: string;
  /** Folder for a CPU profile, written when it stops. */
  readonly profile?: string | undefined;
}

const command = join(import.meta.dirname, '../server/bin/toolcrib.js');
/** What an API key looks like where the first start prints it. */
const apiKey = /\btc_[0-9A-Za-z]+_[0-9A-Za-z]+/;

export async function startToolcrib(options: ToolcribOptions): Promise<Contestant> {
  const data = join(options.folder, `${options.name}-data`);
  mkdirSync(data);
  const server = await startChildServer({
    name: options.name,
    command: process.execPath,
    args: [
      ...(options.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', options.profile]),
      command,
      'start',
      '--tools',
      options.catalogue_path,
      '--port',
      '0',
      '--data',
      data,
      ...(options.store === undefined ? [] : ['--database-url', databaseUrl(options.store)]),
    ],
    folder: options.folder,
    env: {
      TOOLCRIB_AUDIT_DURABILITY: options.durability,
      ...(options.master_key === undefined ? {} : { TOOLCRIB_VAULT_KEYS: options.master_key }),
      ...(options.allowed_private === undefined ? {} : { TOOLCRIB_ALLOWED_PRIVATE: options.allowed_private.join(',') }),
    },
    ready: async (output) =>
      (options.master_key !== undefined || apiKey.test(output)) && (await answers(portOf(output), '/readyz')),
  });
  const key = apiKey.exec(server.output())?.[0];
  return {
    name: options.name,
    version: `audit ${options.durability}, ${options.store === undefined ? 'embedded store' : 'store on PostgreSQL'}`,
    port: portOf(server.output()),
    pid: server.pid,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The port of the address that the start prints. */
function portOf(output: string): number {
  return Number(/listens on http:\/\/[^\s/]+:(\d+)/.exec(output)?.[1] ?? 0);
}

/** Audit records of successful calls, of all tenants. */
export async function countAuditRecords(superuser_url: string): Promise<number> {
  const client = new Client({ connectionString: superuser_url });
  await client.connect();
  try {
    const { rows } = await client.query<{ records: string }>(
      `SELECT count(*) AS records FROM toolcrib.audit_call WHERE outcome = 'ok'`,
    );
    return Number(rows[0]?.records ?? 0);
  } finally {
    await client.end();
  }
}
