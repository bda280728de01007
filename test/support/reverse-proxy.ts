// A real reverse proxy (nginx) that speaks https under other names, as people put it in front of the server.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, howToInstall } from './debian-programs.ts';

export interface ReverseProxy {
  stop(): Promise<void>;
}

export interface ReverseProxyOptions {
  readonly port: number;
  /** `http://127.0.0.1:5100`. */
  readonly target: string;
  /** Whether the Host header is handed on, or replaced by the target's, as proxies do that nobody has told. */
  readonly keeps_host: boolean;
}

/** Whether there is an nginx; false after saying loudly what is missing: then the tests are skipped. */
export function hasReverseProxy(): boolean {
  const missing = (['nginx', 'openssl'] as const).filter((program) => findProgram(program) === undefined);
  for (const program of missing)
    process.stderr.write(`\n*** SKIPPED: tests with a proxy. ${howToInstall(program)} ***\n`);
  return missing.length === 0;
}

/** Listens on 127.0.0.1 with a certificate that nobody has signed. */
export async function startReverseProxy({ port, target, keeps_host }: ReverseProxyOptions): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-nginx-'));
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const subject = ['-subj', '/CN=tools.test', '-days', '2'];
  const wanted = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  const files = ['-out', certificate];
  execFileSync(findProgram('openssl') ?? 'openssl', ['req', '-x509', ...wanted, ...files, ...subject], {
    stdio: 'pipe',
  });
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 64; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    location / {
      proxy_pass ${target};
      ${keeps_host ? 'proxy_set_header Host $http_host;' : ''}
    }
  }
}
`,
  );
  const child = spawn(findProgram('nginx') ?? 'nginx', ['-c', config, '-p', folder], { stdio: 'pipe' });
  await untilAnswers(port);
  return {
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Tries until it listens. */
async function untilAnswers(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answers = await new Promise<boolean>((resolve) => {
      request({ host: '127.0.0.1', port, path: '/healthz', rejectUnauthorized: false }, () => resolve(true))
        .on('error', () => setTimeout(() => resolve(false), 50))
        .end();
    });
    if (answers) return;
  }
  throw new Error('nginx does not listen');
}
