// A private, real MariaDB for tests: its own folder, port and user, and nothing left behind. Starting one takes a second.
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';
import { findProgram, howToInstall } from './debian-programs.ts';
import { freePort } from './free-port.ts';

export interface MariadbServer {
  readonly port: number;
  readonly folder: string;
  /** Runs statements as the superuser, each with its rows. */
  query(text: string): Promise<readonly Record<string, unknown>[]>;
  /** `fast` as an operator would, `kill` without any warning. */
  stop(mode: 'fast' | 'kill'): Promise<void>;
  /** Starts the stopped server again, on the same port and data. */
  start(more?: readonly string[]): Promise<void>;
  remove(): Promise<void>;
}

const start_ms = 60_000;

/** Whether there is a MariaDB; false after saying loudly what is missing: then the tests are skipped. */
export function hasMariadb(): boolean {
  if (program() !== undefined) return true;
  process.stderr.write(`\n*** SKIPPED: MySQL. ${howToInstall('mariadbd')} ***\n`);
  return false;
}

function program(): string | undefined {
  return findProgram('mariadbd');
}

/** A new server with the account root, without password, on the loopback only. */
export async function startMariadb(): Promise<MariadbServer> {
  const account = unprivilegedAccount();
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-mariadb-'));
  chownSync(folder, account.uid, account.gid);
  const port = await freePort();
  const run_as = process.getuid?.() === 0 ? account : {};
  execFileSync(
    'mariadb-install-db',
    ['--no-defaults', `--datadir=${folder}/data`, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { ...run_as, cwd: folder, stdio: 'pipe' },
  );

  let server: ChildProcess | undefined;
  let connection: Connection | undefined;
  const killAtExit = (): void => {
    server?.kill('SIGKILL');
    removeFolder(folder);
  };
  process.once('exit', killAtExit);

  const connect = async (): Promise<Connection> => {
    const opened = await createConnection({
      host: '127.0.0.1',
      port,
      user: 'root',
      charset: 'utf8mb4',
      supportBigNumbers: true,
    });
    opened.on('error', () => undefined);
    return opened;
  };
  const start = async (more: readonly string[] = []): Promise<void> => {
    server = launch({ folder, port, more, run_as });
    const deadline = performance.now() + start_ms;
    while (performance.now() < deadline && server.exitCode === null) {
      try {
        connection = await connect();
        return;
      } catch {
        await delay(20);
      }
    }
    throw new Error(`MariaDB did not start:\n${readFileSync(join(folder, 'log'), 'utf8').slice(-4000)}`);
  };
  const stop = async (mode: 'fast' | 'kill'): Promise<void> => {
    const running = server;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    connection?.destroy();
    running.kill(mode === 'fast' ? 'SIGTERM' : 'SIGKILL');
    await ended;
  };
  await start();
  return {
    port,
    folder,
    start,
    stop,
    query: async (text) => {
      const [rows] = (await connection?.query(text)) ?? [[]];
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    },
    remove: async () => {
      await stop('kill');
      process.off('exit', killAtExit);
      removeFolder(folder);
    },
  };
}

interface Launch {
  readonly folder: string;
  readonly port: number;
  readonly more: readonly string[];
  readonly run_as: { readonly uid?: number; readonly gid?: number };
}

function launch({ folder, port, more, run_as }: Launch): ChildProcess {
  const log = openSync(join(folder, 'log'), 'a');
  const settings = [
    '--no-defaults',
    `--datadir=${folder}/data`,
    `--socket=${folder}/socket`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--max-connections=200',
    '--innodb-buffer-pool-size=32M',
    // A text of 33 MB, as the limits are tested with.
    '--max-allowed-packet=64M',
    '--character-set-server=utf8mb4',
    // Outlives the end of the process, though not of the machine.
    '--innodb-flush-log-at-trx-commit=2',
    ...more,
  ];
  try {
    return spawn(program() ?? 'mariadbd', settings, { ...run_as, cwd: folder, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** MariaDB refuses to run as root: then it runs as its own user, or as nobody. */
function unprivilegedAccount(): { readonly uid: number; readonly gid: number } {
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
  if (uid !== 0) return { uid, gid };
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = accounts.find(([name]) => name === 'mysql') ?? accounts.find(([name]) => name === 'nobody');
  if (account === undefined) throw new Error('Running as root, and there is no user mysql or nobody to run MariaDB as');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}
