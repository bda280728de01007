// Prism, the mock server of OpenAPI documents: it holds every request against the document and answers 4xx to what is wrong.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

export interface Prism {
  /** Without a slash at its end. */
  readonly url: string;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('../../node_modules/@stoplight/prism-cli/dist/index.js', import.meta.url));

/**
 * Serves a document until it is stopped; `document` is its path below test/fixtures. With `lenient`, examples that do not fit
 * their own schemas are answered nevertheless.
 */
export async function startPrism(document: string, { lenient = false } = {}): Promise<Prism> {
  const port = await freePort();
  const path = fileURLToPath(new URL(`../fixtures/${document}`, import.meta.url));
  const child = spawn(
    process.execPath,
    [program, 'mock', ...(lenient ? [] : ['--errors']), '-h', '127.0.0.1', '-p', String(port), path],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' },
    },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stderr.resume();
  const lines: string[] = [];
  const ready = (async () => {
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (line.includes('listening on')) break;
    }
    child.stdout.resume();
  })();
  await Promise.race([ready, ended]);
  if (child.exitCode !== null) throw new Error(`Prism has not started: ${lines.slice(-3).join(' ')}`);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
