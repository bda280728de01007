// The peer: MCP Toolbox for Databases, a Go program, with the flags that its documentation names and its native API on.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { answers, startChildServer } from './child-server.ts';
import type { Contestant } from './contestant.ts';
import { freePort } from './database.ts';

export interface PeerProgram {
  /** The program itself, without the script of the npm package that would start it: only the server is measured. */
  readonly path: string;
  readonly version: string;
}

/** Finds the peer's program, or says how to get it. */
export function findPeer(): PeerProgram | { readonly missing: string } {
  const folder = join(import.meta.dirname, '../test/peers');
  try {
    const { resolve } = createRequire(join(folder, 'package.json'));
    const package_json = resolve('@toolbox-sdk/server/package.json');
    const binary = createRequire(package_json).resolve(
      `@toolbox-sdk/server-${process.platform}-${process.arch}/package.json`,
    );
    const path = join(dirname(binary), 'bin/toolbox');
    if (!existsSync(path)) return { missing: path };
    const { version } = JSON.parse(readFileSync(package_json, 'utf8')) as { version: string };
    return { path, version };
  } catch {
    return { missing: `@toolbox-sdk/server is not installed: npm ci --prefix test/peers` };
  }
}

export interface PeerOptions {
  readonly program: PeerProgram;
  readonly catalogue_path: string;
  readonly folder: string;
  /** Its default logs a line per request; ERROR logs none. */
  readonly log_level: 'INFO' | 'ERROR';
}

export async function startPeer({ program, catalogue_path, folder, log_level }: PeerOptions): Promise<Contestant> {
  const port = await freePort();
  const server = await startChildServer({
    name: 'toolbox',
    command: program.path,
    args: [
      '--config',
      catalogue_path,
      '--port',
      String(port),
      '--enable-api',
      '--disable-version-check',
      '--log-level',
      log_level,
    ],
    folder,
    ready: () => answers(port, '/api/toolset'),
  });
  return {
    name: 'toolbox',
    version: `@toolbox-sdk/server ${program.version}`,
    port,
    pid: server.pid,
    headers: {},
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
