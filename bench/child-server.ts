// Starts a server as a child process with its output in files, waits until it is ready, and stops it for good.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface ChildServer extends AsyncDisposable {
  readonly pid: number;
  /** What it has written to standard output so far. */
  output(): string;
}

export interface ChildServerOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Folder for its output: a file costs the server the same as it does in earnest, and the benchmark nothing. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it is ready to serve. */
  ready(output: string): Promise<boolean>;
}

const readyWithinMs = 60_000;
const stopWithinMs = 30_000;

export async function startChildServer(options: ChildServerOptions): Promise<ChildServer> {
  const output_path = join(options.folder, `${options.name}.out`);
  const files = [openSync(output_path, 'w'), openSync(join(options.folder, `${options.name}.err`), 'w')] as const;
  const child = spawn(options.command, options.args, {
    stdio: ['ignore', ...files],
    env: { ...process.env, ...options.env },
  });
  for (const file of files) closeSync(file);
  const exited = once(child, 'exit');
  const output = (): string => readFileSync(output_path, 'utf8');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const cut = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await exited;
    clearTimeout(cut);
  };
  const deadline = performance.now() + readyWithinMs;
  while (!(await options.ready(output()))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      const error = readFileSync(join(options.folder, `${options.name}.err`), 'utf8').slice(-2_000);
      if (child.exitCode === null) await stop();
      throw new Error(`${options.name} did not start.\n${output().slice(-2_000)}\n${error}`);
    }
    await delay(20);
  }
  return { pid: child.pid ?? 0, output, [Symbol.asyncDispose]: stop };
}

/** Whether the path answers at all on that port. */
export async function answers(port: number, path: string): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
