// The peer: MCP Toolbox for Databases, a Go program, with the flags that its documentation names and its native API on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePeers, peersFolder } from '../test/support/peers.ts';
import { answers, startChildServer } from './child-server.ts';
import type { Contestant } from './contestant.ts';
import { freePort } from '../test/support/free-port.ts';

export interface PeerProgram {
  readonly path: string;
  readonly version: string;
}

/** Only the package with the program: the one that chooses between systems adds nothing but a script. */
const packageName = `@toolbox-sdk/server-${process.platform}-${process.arch}`;

/** Finds the peer's program, installing it where it is missing; says what to do when that is not possible. */
export async function findPeer(): Promise<PeerProgram | { readonly missing: string }> {
  try {
    await ensurePeers();
    const folder = join(peersFolder, 'node_modules', packageName);
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { path: join(folder, 'bin/toolbox'), version };
  } catch (error) {
    return { missing: `${packageName} cannot be had: ${(error as Error).message.trim()}` };
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
