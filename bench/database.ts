// The real PostgreSQL of a run: private, in a temporary folder, with the defaults of its distribution (fsync on).
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface Database extends AsyncDisposable {
  readonly pid: number;
  readonly version: string;
  create(database: string): Promise<DatabaseAddress>;
}

export function databaseUrl({ user, password, host, port, database }: DatabaseAddress): string {
  return `postgres://${user}:${password}@${host}:${port}/${database}`;
}

export async function startDatabase(): Promise<Database> {
  const root = '/usr/lib/postgresql';
  const bin = join(root, readdirSync(root).sort().at(-1) ?? '', 'bin');
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bench-pg-'));
  const id = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (id.uid !== undefined) chownSync(folder, id.uid, id.gid);
  chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  execFileSync(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'bench', '-E', 'UTF8', '--locale=C'], {
    ...id,
    cwd: folder,
    stdio: 'ignore',
  });
  const port = await freePort();
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1'],
    { ...id, cwd: folder, stdio: 'ignore' },
  );
  const exited = once(child, 'exit');
  const address = { host: '127.0.0.1', port, database: 'postgres', user: 'bench', password: 'unused' };
  const client = await firstConnection(databaseUrl(address));
  const version =
    (await client.query<{ version: string }>(`SELECT split_part(version(), ' on ', 1) AS version`)).rows[0]?.version ??
    '';
  return {
    pid: child.pid ?? 0,
    version,
    create: async (database) => {
      await client.query(`CREATE DATABASE ${database}`);
      return { ...address, database };
    },
    [Symbol.asyncDispose]: async () => {
      await client.end();
      child.kill('SIGINT');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function idOf(flag: string): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

async function firstConnection(url: string): Promise<pg.Client> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(50);
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
