// A private, real Redis for tests: its own folder and port, nothing saved, nothing left behind.
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram, howToInstall } from './debian-programs.ts';
import { freePort } from './free-port.ts';

export interface RedisTestServer {
  readonly port: number;
  readonly folder: string;
  /** What redis-cli prints for a command. */
  cli(...args: readonly string[]): string;
  stop(): Promise<void>;
  /** Starts the stopped server again, on the same port, empty. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

const start_ms = 20_000;

/** Whether there is a Redis; false after saying loudly what is missing: then the tests are skipped. */
export function hasRedis(): boolean {
  if (findProgram('redis-server') !== undefined) return true;
  process.stderr.write(`\n*** SKIPPED: Redis. ${howToInstall('redis-server')} ***\n`);
  return false;
}

/** A server with the password of the default account, and further settings. */
export async function startRedis(password: string, more: readonly string[] = []): Promise<RedisTestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-redis-'));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const killAtExit = (): void => {
    server?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', killAtExit);
  const socket = join(folder, 'socket');
  const cli = (...args: readonly string[]): string =>
    execFileSync('redis-cli', ['-s', socket, '--no-auth-warning', '-a', password, ...args], {
      stdio: 'pipe',
    }).toString();
  const start = async (): Promise<void> => {
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socket, '--dir', folder];
    server = spawn('redis-server', [...settings, '--save', '', '--requirepass', password, ...more], {
      stdio: 'ignore',
    });
    for (const deadline = performance.now() + start_ms; performance.now() < deadline; await delay(20)) {
      try {
        if (cli('PING').trim() === 'PONG') return;
      } catch {
        // Not yet.
      }
    }
    throw new Error('Redis did not start');
  };
  const stop = async (): Promise<void> => {
    const running = server;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    running.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    port,
    folder,
    cli,
    start,
    stop,
    remove: async () => {
      await stop();
      process.off('exit', killAtExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
