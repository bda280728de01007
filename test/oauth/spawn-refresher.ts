// Starts refresh-process.ts and gives it orders.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { GrantOfficeOptions } from '../support/grant-office.ts';

export interface RefreshProcessOptions extends Omit<GrantOfficeOptions, 'store' | 'clock' | 'definition'> {
  readonly url: string;
}

export interface RefreshOrder {
  readonly id: number;
  readonly tenant_id: string;
  readonly credential_id: string;
  readonly refused_version?: number;
  /** As many calls at once. */
  readonly times: number;
}

export interface RefreshAnswer {
  readonly id: number;
  /** The access token that is stored after the renewal, `over`, or `error` and its code. */
  readonly results: readonly string[];
}

export interface Refresher {
  renew(order: Omit<RefreshOrder, 'id'>): Promise<readonly string[]>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it without any warning. */
  kill(): Promise<void>;
}

const program = fileURLToPath(new URL('refresh-process.ts', import.meta.url));

export async function spawnRefresher(options: RefreshProcessOptions): Promise<Refresher> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {},
  });
  const ended = once(child, 'exit');
  const waiting = new Map<number, (results: readonly string[]) => void>();
  const ready = new Promise<void>((resolve) => waiting.set(0, () => resolve()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, results } = JSON.parse(line) as RefreshAnswer;
    waiting.get(id)?.(results);
    waiting.delete(id);
  });
  await Promise.race([ready, ended.then(() => Promise.reject(new Error('The process did not start')))]);
  let last = 0;
  return {
    renew: (order) =>
      new Promise((resolve) => {
        last += 1;
        waiting.set(last, resolve);
        child.stdin.write(`${JSON.stringify({ id: last, ...order })}\n`);
      }),
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
