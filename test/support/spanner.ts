// A private emulator of Spanner for tests: Google's own. What it cannot do (stop a statement whose request has ended, more
// than one read-write transaction at a time) the tests say where it matters.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { SpannerDialect } from '../../server/src/kinds/spanner/spanner-types.ts';
import { freePort } from './free-port.ts';

export interface SpannerEmulator {
  /** `127.0.0.1:40123`: the REST API, through a proxy that counts. */
  readonly host: string;
  /** Statements whose requests are under way. */
  running(): number;
  /** Paths of the requests so far: `POST …/sessions/1:commit`. */
  readonly requests: readonly string[];
  /** Makes a database with these definitions. Ids of Spanner must be short, and instances cannot have underscores. */
  createDatabase(ids: DatabaseIds, statements: readonly string[]): Promise<void>;
  /** Sends a request of the REST API as any other client would. */
  send(method: string, path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

export interface DatabaseIds {
  readonly project: string;
  readonly instance: string;
  readonly database: string;
  readonly dialect: SpannerDialect;
}

const program = 'gateway_main';
const start_ms = 20_000;
let told = false;

/** Path of the emulator's program, or undefined after saying loudly what is missing: then the tests are skipped. */
export function findSpannerEmulator(): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = ['/usr/lib/google-cloud-sdk/bin/cloud_spanner_emulator', ...path];
  const found = folders.map((folder) => join(folder, program)).find((file) => isExecutable(file));
  if (found === undefined && !told) {
    process.stderr.write(
      '\nSKIPPED, no emulator of Spanner: install the package google-cloud-cli-spanner-emulator from the apt repository of\n' +
        'Google Cloud (https://cloud.google.com/sdk/docs/install#deb), or put gateway_main and emulator_main of\n' +
        'https://github.com/GoogleCloudPlatform/cloud-spanner-emulator/releases on PATH.\n\n',
    );
  }
  told ||= found === undefined;
  return found;
}

export async function startSpannerEmulator(path: string): Promise<SpannerEmulator> {
  const [grpc_port, http_port] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-spanner-'));
  const args = ['--hostname', '127.0.0.1', '--grpc_port', String(grpc_port), '--http_port', String(http_port)];
  args.push('--grpc_binary', patientEmulator(folder, dirname(path)));
  // Two processes, which end as one group, and with this process however that ends: then there is no more to read.
  const script = '"$@" < /dev/null & read -r line; kill -9 0';
  const emulator = spawn('sh', ['-c', script, 'sh', path, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const killAtExit = (): void => {
    kill(emulator);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', killAtExit);
  const origin = `http://127.0.0.1:${http_port}`;
  await answers(`${origin}/v1/projects/p/instanceConfigs`, emulator);

  const running = new Set<object>();
  const requests: string[] = [];
  const proxy = createHttpServer((incoming, outgoing) => {
    const { url = '/', method = 'GET', headers } = incoming;
    requests.push(`${method} ${url}`);
    if (url.endsWith(':executeStreamingSql')) running.add(incoming);
    const forwarded = httpRequest(`${origin}${url}`, { method, headers });
    forwarded.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => {
      running.delete(incoming);
      forwarded.destroy();
    });
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));

  const send = async (method: string, url: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${origin}/v1/${url}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url}: ${text}`);
    return JSON.parse(text);
  };
  return {
    host: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    running: () => running.size,
    requests,
    send,
    createDatabase: async ({ project, instance, database, dialect }, statements) => {
      const config = `projects/${project}/instanceConfigs/emulator-config`;
      const made = { instanceId: instance, instance: { config, displayName: instance, nodeCount: 1 } };
      await send('POST', `projects/${project}/instances`, made).catch(() => undefined);
      const databases = `projects/${project}/instances/${instance}/databases`;
      const quoted = dialect === 'googlesql' ? `\`${database}\`` : `"${database}"`;
      const databaseDialect = dialect === 'googlesql' ? 'GOOGLE_STANDARD_SQL' : 'POSTGRESQL';
      await send('POST', databases, { createStatement: `CREATE DATABASE ${quoted}`, databaseDialect });
      await send('PATCH', `${databases}/${database}/ddl`, { statements });
    },
    stop: async () => {
      process.removeListener('exit', killAtExit);
      const ended = new Promise((resolve) => emulator.once('exit', resolve));
      killAtExit();
      await ended;
      await new Promise<void>((resolve) => {
        proxy.close(() => resolve());
        proxy.closeAllConnections();
      });
    },
  };
}

/** The emulator's second program, made not to end the transaction of one client for another's, as it does at random. */
function patientEmulator(folder: string, programs: string): string {
  const file = join(folder, 'emulator');
  writeFileSync(
    file,
    `#!/bin/sh\nexec '${join(programs, 'emulator_main')}' "$@" --abort_current_transaction_probability=0\n`,
  );
  chmodSync(file, 0o755);
  return file;
}

function kill(emulator: ChildProcess): void {
  try {
    if (emulator.pid !== undefined) process.kill(-emulator.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

async function answers(url: string, emulator: ChildProcess): Promise<void> {
  const deadline = performance.now() + start_ms;
  while (performance.now() < deadline && emulator.exitCode === null) {
    const response = await fetch(url).catch(() => undefined);
    await response?.text();
    if (response?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  kill(emulator);
  throw new Error('The emulator of Spanner did not start');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
