// A private, real PostgreSQL for tests: its own folder, port and user, fsync on, and nothing left behind.
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { inject } from 'vitest';
import { findPostgres } from './find-postgres.ts';
import { freePort } from './free-port.ts';

/** How a server ends: `fast` as an operator would, `immediate` as in a crash, `kill` without any warning. */
export type StopMode = 'fast' | 'immediate' | 'kill';

export interface PostgresServer {
  /** URL of the superuser, database `postgres`. */
  readonly superuser_url: string;
  /** URL of a database of its own, owned by a user who is no superuser but may make roles: what a managed database gives. */
  readonly url: string;
  readonly data_folder: string;
  /** Resolves when the server has ended. */
  stop(mode: StopMode): Promise<void>;
  /** Starts the stopped server again, on the same port and data; does nothing when it runs. */
  start(): Promise<void>;
  /** Stops the server and deletes its data. */
  remove(): Promise<void>;
}

/** How to reach the server that all files of the integration tests share. */
export interface SharedPostgres {
  readonly superuser_url: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: SharedPostgres;
    /** Where an embedded database is kept that is made once for all files. */
    embedded_folder: string;
  }
}

export interface TestDatabase {
  /** URL of the owner, who is no superuser. */
  readonly url: string;
  /** URL of the superuser on the same database. */
  readonly superuser_url: string;
  drop(): Promise<void>;
}

const signals = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const satisfies Record<
  StopMode,
  NodeJS.Signals
>;
const owner = { name: 'owner', password: 'owner-password' };
const start_ms = 60_000;

/** A new empty database on the shared server. */
export async function createDatabase(): Promise<TestDatabase> {
  return databaseOn(inject('postgres').superuser_url);
}

async function databaseOn(superuser_url: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(superuser_url, `create database ${name} owner ${owner.name}`);
  return {
    url: withDatabase(superuser_url, name, owner),
    superuser_url: withDatabase(superuser_url, name),
    drop: () => execute(superuser_url, `drop database if exists ${name} with (force)`),
  };
}

function withDatabase(
  url: string,
  database: string,
  user?: { readonly name: string; readonly password: string },
): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  if (user !== undefined) {
    changed.username = user.name;
    changed.password = user.password;
  }
  return changed.href;
}

/** Runs statements on a connection of their own. */
export async function execute(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  // A server that is stopped while we are connected says so here, and again in what we wait for.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** A server of the caller's own, for tests that stop it. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = findPostgres();
  const account = unprivilegedAccount();
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-postgres-'));
  chownSync(folder, account.uid, account.gid);
  const data_folder = join(folder, 'data');
  const password = randomBytes(12).toString('hex');
  const port = await freePort();
  initialise({ programs, account, folder, data_folder, password });

  let server: ChildProcess | undefined;
  let ending: Promise<void> | undefined;
  const superuser_url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const killAtExit = (): void => {
    server?.kill('SIGKILL');
    removeFolder(folder);
  };
  process.once('exit', killAtExit);

  const start = async (): Promise<void> => {
    await ending;
    if (server !== undefined && !hasEnded(server)) return;
    const deadline = performance.now() + start_ms;
    do {
      server = launch({ programs, account, folder, data_folder, port });
      if (await answers(superuser_url, server, deadline)) return;
      // After a kill the old processes need a moment to let go of the data.
    } while (performance.now() < deadline);
    throw new Error(`PostgreSQL did not start:\n${readFileSync(join(folder, 'log'), 'utf8').slice(-4000)}`);
  };
  const stop = async (mode: StopMode): Promise<void> => {
    const running = server;
    if (running === undefined || hasEnded(running)) return;
    ending = new Promise((resolve) => running.once('exit', () => resolve()));
    running.kill(signals[mode]);
    await ending;
  };

  await start();
  await execute(
    superuser_url,
    `create role ${escapeIdentifier(owner.name)} login createrole nosuperuser password ${escapeLiteral(owner.password)}`,
  );
  const { url } = await databaseOn(superuser_url);
  return {
    superuser_url,
    url,
    data_folder,
    stop,
    start,
    remove: async () => {
      await stop('immediate');
      process.off('exit', killAtExit);
      removeFolder(folder);
    },
  };
}

/** Several tries: the processes of a killed server need a moment to end. */
function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

interface Files {
  readonly programs: string;
  readonly account: Account;
  readonly folder: string;
  readonly data_folder: string;
}

function initialise(files: Files & { readonly password: string }): void {
  const passwordFile = join(files.folder, 'password');
  writeFileSync(passwordFile, files.password, { mode: 0o600 });
  chownSync(passwordFile, files.account.uid, files.account.gid);
  const settings = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const format = ['--encoding=UTF8', '--locale=C', '--no-sync'];
  execFileSync(join(files.programs, 'initdb'), [`--pgdata=${files.data_folder}`, ...settings, ...format], {
    ...processOptions(files),
    stdio: 'pipe',
  });
}

function launch(files: Files & { readonly port: number }): ChildProcess {
  const settings = {
    port: String(files.port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '64MB',
    fsync: 'on',
  };
  const log = openSync(join(files.folder, 'log'), 'a');
  try {
    return spawn(
      join(files.programs, 'postgres'),
      ['-D', files.data_folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...processOptions(files), stdio: ['ignore', log, log] },
    );
  } finally {
    closeSync(log);
  }
}

function processOptions(files: Files): { cwd: string; env: Record<string, string>; uid?: number; gid?: number } {
  const environment = {
    PATH: dirname(files.programs),
    LD_LIBRARY_PATH: join(files.programs, '..', 'lib'),
    LC_ALL: 'C',
  };
  const changes = process.getuid?.() === 0 ? files.account : {};
  return { cwd: files.folder, env: environment, ...changes };
}

/** Whether the server takes connections; false when it has ended instead. */
async function answers(url: string, server: ChildProcess, deadline: number): Promise<boolean> {
  while (performance.now() < deadline && !hasEnded(server)) {
    try {
      await execute(url, 'select 1');
      return true;
    } catch {
      await delay(50);
    }
  }
  server.kill('SIGKILL');
  return false;
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}

/** PostgreSQL refuses to run as root: then it runs as its own user, or as nobody. */
function unprivilegedAccount(): Account {
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
  if (uid !== 0) return { uid, gid };
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (account === undefined)
    throw new Error('Running as root, and there is no user postgres or nobody to run PostgreSQL as');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}
