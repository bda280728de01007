// Runs our server as a process of its own, as a user starts it: for what only a process shows (signals, crashes, memory).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../server/bin/toolcrib.js', import.meta.url));

export interface SpawnedServer {
  readonly url: string;
  /** The key that a first start prints; undefined at later starts. */
  readonly key: string | undefined;
  /** Everything on standard output and standard error so far. */
  output(): string;
  /** Sends the signal and waits for the end; resolves with the exit code, or null after SIGKILL. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
  /** Sends the signal without waiting. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  /** Resident memory of the process in bytes. */
  memory(): number;
}

/** `toolcrib start` with these options on a free port; resolves when it listens, rejects when it ends before. */
export async function spawnServer(
  options: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<SpawnedServer> {
  const child = spawn(process.execPath, [entry, 'start', '--port', '0', ...options], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  let text = '';
  const lines = createInterface({ input: child.stdout });
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ready = new Promise<{ url: string; key: string | undefined }>((resolve, reject) => {
    lines.on('line', (line) => {
      text += `${line}\n`;
      if (!line.startsWith('Ready')) return;
      const url = /listens on (http:\S+)/.exec(text)?.[1] ?? '';
      resolve({ url, key: /export TOOLCRIB_KEY=(\S+)/.exec(text)?.[1] });
    });
    void ended.then((code) => reject(new Error(`The server ended with ${code}:\n${text}`)));
  });
  const { url, key } = await ready;
  return {
    url,
    key,
    output: () => text,
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
    signal: (signal) => void child.kill(signal),
    ended,
    memory: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024,
  };
}
