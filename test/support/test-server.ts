// Starts our real server for a test: on an embedded database in a folder of its own, or on a given PostgreSQL.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import type { Log } from '../../server/src/base/log.ts';
import type { Config } from '../../server/src/base/settings.ts';
import { createTenant } from '../../server/src/identity/tenants.ts';
import { startServer } from '../../server/src/server.ts';
import type { RunningServer, ServerOptions } from '../../server/src/server.ts';
import { openStore } from '../../server/src/store/store.ts';
import { fillDataFolder } from './embedded-template.ts';

export interface TestServerOptions extends Partial<Omit<ServerOptions, 'config'>> {
  /** Text of a tool file; the demo when absent. */
  readonly tools?: string;
  /** Files beside the tool file, by path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly config?: Partial<Config>;
  /** Slug of the tenant whose the tools are; system tools when absent. */
  readonly tools_of?: string;
  /** Slugs of tenants to make before the start; tool files may then belong to one of them. */
  readonly tenants?: readonly string[];
}

export interface TestServer {
  readonly url: string;
  /** The key of the first start's owner, or of the first tenant's. */
  readonly key: string;
  /** The owner's key of each tenant that was asked for, by slug. */
  readonly keys: Readonly<Record<string, string>>;
  /** Of this test alone; holds tools.yaml. Removed at the end. */
  readonly folder: string;
  /** Every line that was logged. */
  readonly log_lines: readonly string[];
  readonly server: RunningServer;
  /** Sends JSON with the owner's key, unless `headers` say otherwise. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  stop(): Promise<void>;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Instead of JSON of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is not. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-test-'));
  const log_lines: string[] = [];
  const tools = join(folder, 'tools.yaml');
  if (options.tools !== undefined) writeFileSync(tools, options.tools);
  for (const [path, content] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const config: Config = {
    host: '127.0.0.1',
    port: 0,
    allowed_hosts: [],
    allowed_origins: [],
    allowed_private: [],
    public_urls: [],
    mode: 'development',
    vault_key_file: undefined,
    vault_keys: [],
    oauth_providers: [],
    packs_folders: [],
    packs_bundled: false,
    oauth_clients: [],
    oauth_return_urls: [],
    approval_from: 'critical',
    handoff_tenant: undefined,
    data_folder: join(folder, 'data'),
    database_url: undefined,
    prebuilt: [],
    tools: options.tools === undefined ? [] : [{ path: tools, tenant: options.tools_of }],
    audit_durability: 'before_answer',
    log_level: 'debug',
    ...options.config,
  };
  const { tools: _tools, files: _files, tools_of: _tools_of, config: _config, tenants = [], ...rest } = options;
  const log = createLog({ level: 'debug', destination: { write: (line: string) => void log_lines.push(line) } });
  if (config.database_url === undefined && !existsSync(config.data_folder)) fillDataFolder(config.data_folder);
  const keys = await makeTenants(config, log, tenants);
  const server = await startServer({ log, ...rest, config });
  const key = server.first_start?.key ?? Object.values(keys)[0] ?? '';
  return {
    url: server.url,
    key,
    keys,
    folder,
    log_lines,
    server,
    request: (method, path, request = {}) => send(server.url, method, path, { key, ...request }),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function makeTenants(config: Config, log: Log, slugs: readonly string[]): Promise<Record<string, string>> {
  if (slugs.length === 0) return {};
  const store = await openStore({ url: config.database_url, folder: config.data_folder, clock: systemClock, log });
  const keys: Record<string, string> = {};
  for (const slug of slugs) {
    const owner = { email: `owner@${slug}.example`, name: `Owner of ${slug}` };
    keys[slug] = (await createTenant({ store, clock: systemClock, ids: randomIds }, { slug, name: slug, owner })).key;
  }
  await store.close();
  return keys;
}

async function send(url: string, method: string, path: string, options: RequestOptions): Promise<Answer> {
  const { body, raw, key, headers } = options;
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      ...(key === undefined || key === '' ? {} : { authorization: `Bearer ${key}` }),
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
