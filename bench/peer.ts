// The peer: MCP Toolbox for Databases, a Go program, with the flags that its documentation names and its native API on.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ensurePeers, peersFolder } from '../test/support/peers.ts';
import { answers, startChildServer } from './child-server.ts';
import type { Contestant } from './contestant.ts';
import { freePort } from './database.ts';

export interface PeerProgram {
  /** The program itself, without the script of the npm package that would start it: only the server is measured. */
  readonly path: string;
  readonly version: string;
}

/** Finds the peer's program, installing it where it is missing; says what to do when that is not possible. */
export async function findPeer(): Promise<PeerProgram | { readonly missing: string }> {
  try {
    await ensurePeers();
    const package_json = createRequire(join(peersFolder, 'package.json')).resolve('@toolbox-sdk/server/package.json');
    // The program is in a package per platform, which is absent where there is none.
    const platform_package = `@toolbox-sdk/server-${process.platform}-${process.arch}/package.json`;
    const path = join(dirname(createRequire(package_json).resolve(platform_package)), 'bin/toolbox');
    const { version } = JSON.parse(readFileSync(package_json, 'utf8')) as { version: string };
    return { path, version };
  } catch (error) {
    return {
      missing: `@toolbox-sdk/server is not there: npm ci --prefix test/peers (${(error as Error).message.split('\n')[0]})`,
    };
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
