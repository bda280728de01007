// A private FalkorDB for tests: the real graph database that answers Bolt where there is no Neo4j. What it does not do
// (refuse writes in a read session, bind parameters, cancel, send dates) is told in docs/decisions/0082.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFalkordb } from './find-falkordb.ts';
import type { FalkordbPrograms } from './find-falkordb.ts';

export interface FalkordbServer {
  readonly uri: string;
  readonly user: string;
  readonly password: string;
  /** Connections that are open now. */
  connections(): number;
  /** Connections that were ever opened. */
  attempts(): number;
  /** Messages RESET that were received, with which a client ends what its connection is running. */
  resets(): number;
  /** How many messages with this text were received. */
  sent(text: string): number;
  /** Ends the server without warning; what it held is gone. */
  kill(): Promise<void>;
  /** Starts the ended server again, at the same address. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

const password = 'falkordb';
const start_ms = 30_000;
/** A connection that FalkorDB answers at all is answered in a few milliseconds. */
const silence_ms = 250;

/** A chunk of two bytes: a structure without fields whose tag is RESET. */
const reset = '\u0000\u0002\u00b0\u000f';

let told = false;

/** The programs, or undefined after saying loudly what is missing: then the tests are skipped. */
export function falkordbPrograms(): FalkordbPrograms | undefined {
  const found = findFalkordb();
  if ('programs' in found) return found.programs;
  if (!told) process.stderr.write(`\nSKIPPED, no Neo4j counterpart: ${found.missing}\n\n`);
  told = true;
  return undefined;
}

export async function startFalkordb(programs: FalkordbPrograms): Promise<FalkordbServer> {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-falkordb-'));
  let bolt_port = 0;
  let server: ChildProcess | undefined;
  const sockets = new Set<Socket>();
  const received: string[] = [];
  let attempts = 0;
  const gate = createServer((client) => {
    client.on('data', (data: Buffer) => received.push(data.toString('latin1')));
    attempts += 1;
    sockets.add(client);
    client.once('close', () => sockets.delete(client));
    forward(client, bolt_port);
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  const killAtExit = (): void => {
    server?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', killAtExit);

  const start = async (): Promise<void> => {
    const deadline = performance.now() + start_ms;
    do {
      bolt_port = await freePort();
      server = launch(programs, folder, bolt_port);
      server.once('exit', (code, signal) => {
        if (signal === 'SIGKILL') return;
        const log = readFileSync(join(folder, 'log'), 'utf8');
        process.stderr.write(`FalkorDB ended by itself (${code ?? signal}):\n${log.slice(0, 6_000)}\n`);
      });
      if (await listens(bolt_port, server, deadline)) return;
      server.kill('SIGKILL');
    } while (performance.now() < deadline);
    throw new Error(`FalkorDB did not start:\n${readFileSync(join(folder, 'log'), 'utf8').slice(-4000)}`);
  };
  const kill = async (): Promise<void> => {
    if (server === undefined || hasEnded(server)) return;
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  };

  await start();
  return {
    uri: `bolt://127.0.0.1:${portOf(gate)}`,
    user: 'falkordb',
    password,
    connections: () => sockets.size,
    attempts: () => attempts,
    resets: () => received.filter((data) => data.includes(reset)).length,
    sent: (text) => received.filter((data) => data.includes(text)).length,
    kill,
    start,
    remove: async () => {
      await kill();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => gate.close(resolve));
      process.off('exit', killAtExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function launch(programs: FalkordbPrograms, folder: string, bolt_port: number): ChildProcess {
  const [command, ...args] = programs.command;
  const redis = ['--port', '0', '--unixsocket', join(folder, 'redis'), '--save', '', '--requirepass', password];
  const graph = ['--loadmodule', programs.module, 'BOLT_PORT', String(bolt_port), 'THREAD_COUNT', '4'];
  const log = openSync(join(folder, 'log'), 'a');
  try {
    return spawn(command, [...args, ...redis, ...graph], { cwd: folder, env: {}, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

/**
 * Passes a connection on. FalkorDB 4.16 never answers a connection that gets the file descriptor of one that was closed:
 * then the first bytes, Bolt's handshake, are sent on another connection, and the silent one stays open, out of the way.
 */
function forward(client: Socket, port: number): void {
  client.on('error', () => client.destroy());
  client.once('data', (handshake: Buffer) => {
    client.pause();
    let answered = false;
    const attempt = (): void => {
      if (answered) return;
      const upstream = connect(port, '127.0.0.1');
      const silence = setTimeout(attempt, silence_ms);
      upstream.on('error', () => client.destroy());
      upstream.once('close', () => clearTimeout(silence));
      upstream.once('data', (answer: Buffer) => {
        clearTimeout(silence);
        // One that was only slow is too late.
        if (answered) return;
        answered = true;
        client.write(answer);
        client.once('close', () => upstream.destroy());
        upstream.once('close', () => client.destroy());
        upstream.pipe(client);
        client.pipe(upstream);
      });
      upstream.write(handshake);
      upstream.unref();
    };
    attempt();
  });
}

async function listens(port: number, server: ChildProcess, deadline: number): Promise<boolean> {
  while (performance.now() < deadline && !hasEnded(server)) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => setTimeout(resolve, 20, false));
    });
    if (answered) return true;
  }
  return false;
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}

/** FalkorDB silently opens no Bolt port above 32767, and those that the system chooses are above. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_767);
    const server = createServer();
    const is_free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, () => resolve(true));
    });
    if (!is_free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
