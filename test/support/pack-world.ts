// A server with packs of the test's own, in a folder that the test can change while the server runs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startTestServer } from './test-server.ts';
import type { TestServer, TestServerOptions } from './test-server.ts';

export interface PackWorld extends TestServer {
  /** Holds the packs. */
  readonly packs_folder: string;
  /** Writes a file below it and loads the packs. */
  write(path: string, text: string): Promise<void>;
  /** Deletes what is there and loads the packs. */
  remove(path: string): Promise<void>;
  /** The result's value, or the error, of a call of a tool. */
  call(tool: string, args?: object, key?: string): Promise<CallOutcome>;
}

export interface CallOutcome {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly value: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- the same
  readonly error: any;
}

/** `packs`: texts by path below the folder of packs. */
export async function startPackWorld({
  packs,
  config,
  ...options
}: TestServerOptions & { readonly packs: Readonly<Record<string, string>> }): Promise<PackWorld> {
  const packs_folder = mkdtempSync(join(tmpdir(), 'toolcrib-packs-'));
  writePacks(packs_folder, packs);
  const toolcrib = await startTestServer({
    tools: 'sources: {}\n',
    ...options,
    config: { packs_folders: [packs_folder], ...config },
  });
  return {
    ...toolcrib,
    packs_folder,
    write: async (path, text) => {
      writePacks(packs_folder, { [path]: text });
      await toolcrib.server.reload();
    },
    remove: async (path) => {
      rmSync(join(packs_folder, path), { recursive: true });
      await toolcrib.server.reload();
    },
    call: async (tool, args = {}, key = toolcrib.key) => {
      const { status, body } = await toolcrib.request('POST', `/v1/tools/${tool}/call`, {
        body: { arguments: args },
        key,
      });
      return { status, value: body?.result?.value, error: body?.error };
    },
    stop: async () => {
      await toolcrib.stop();
      rmSync(packs_folder, { recursive: true, force: true });
    },
  };
}

export function writePacks(folder: string, packs: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(packs)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
