// Other people's MCP servers as processes of their own: the official `server-everything`, and one on the official server package
// whose tools a test changes.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';
import { ensurePeers, peersFolder } from './peers.ts';

export const everythingProgram = join(
  peersFolder,
  'node_modules/@modelcontextprotocol/server-everything/dist/index.js',
);

export interface Upstream {
  readonly url: string;
  stop(): Promise<void>;
}

/** The official server that has everything, over streamable HTTP. */
export async function startEverything(): Promise<Upstream> {
  await ensurePeers();
  const port = await freePort();
  const child = start([everythingProgram, 'streamableHttp'], { PORT: String(port) });
  await saying(child, /listening|port/i);
  return { url: `http://127.0.0.1:${port}/mcp`, stop: () => stopped(child) };
}

/** As a server describes a tool. */
export interface Described {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly outputSchema?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

export interface ChangingUpstream extends Upstream {
  /** Replaces its tools, and what calls of them answer. */
  change(to: {
    readonly tools?: readonly Described[];
    readonly results?: Readonly<Record<string, unknown>>;
  }): Promise<void>;
  /** What it has been sent. */
  sent(): Promise<Sent>;
}

export interface Sent {
  readonly received: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly requests: readonly { readonly method: string; readonly headers: Readonly<Record<string, string>> }[];
}

export async function startChanging(tools: readonly Described[]): Promise<ChangingUpstream> {
  await ensurePeers();
  const child = start([join(peersFolder, 'serve-tools.js')], {});
  const origin = (await saying(child, /http:\/\/\S+/)).trim();
  const control = async (body?: unknown): Promise<Sent> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    return (await (await fetch(`${origin}/control`, init)).json()) as Sent;
  };
  await control({ tools });
  return {
    url: `${origin}/mcp`,
    change: async (to) => void (await control(to)),
    sent: () => control(),
    stop: () => stopped(child),
  };
}

/** A plain tool of such a server. */
export function described(name: string, more: Partial<Described> = {}): Described {
  return {
    name,
    description: `Does ${name}.`,
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, additionalProperties: false },
    ...more,
  };
}

function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [...args], {
    cwd: peersFolder,
    env: { PATH: dirname(process.execPath), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** What it says when it is ready. */
function saying(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      const found = pattern.exec(text);
      if (found !== null) resolve(found[0]);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`It ended with ${code}: ${text}`)));
  });
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
