import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { ToolcribError } from './errors.ts';
import type { Fault } from './errors.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'toolcrib.yaml');
  writeFileSync(path, text);
  return path;
}

function faultsOf(work: () => unknown): readonly Fault[] {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof ToolcribError && thrown.code === 'config_invalid') return thrown.faults;
    throw thrown;
  }
  return [];
}

describe('readConfig', () => {
  it('has a default for everything', () => {
    expect(readConfig({ options: {}, environment: {} })).toEqual({
      host: '127.0.0.1',
      port: 5100,
      allowed_hosts: [],
      allowed_origins: [],
      allowed_private: [],
      approval_from: 'medium',
      handoff_tenant: undefined,
      packs_bundled: true,
      packs_folders: [],
      mode: 'development',
      oauth_clients: [],
      oauth_providers: [],
      oauth_return_urls: [],
      prebuilt: [],
      public_urls: [],
      vault_key_file: undefined,
      vault_keys: [],
      data_folder: '.toolcrib',
      database_url: undefined,
      tools: [],
      audit_durability: 'before_answer',
      log_level: 'info',
    });
  });

  it('lets options win over variables, and variables over the file', () => {
    const path = file('server:\n  port: 1\n  host: file.example\nlog:\n  level: warn\n');
    const config = readConfig({
      file: path,
      options: { port: '3' },
      environment: { TOOLCRIB_PORT: '2', TOOLCRIB_HOST: '0.0.0.0' },
    });
    expect([config.port, config.host, config.log_level]).toEqual([3, '0.0.0.0', 'warn']);
  });

  it('takes addresses without a path alone, as browsers write an origin', () => {
    const read = (url: string) => readConfig({ options: {}, environment: { TOOLCRIB_PUBLIC_URLS: url } }).public_urls;
    expect(read('https://Tools.example.com:443/, http://localhost:80')).toEqual([
      'https://tools.example.com',
      'http://localhost',
    ]);
    for (const url of [
      'https://a.example/b',
      'https://a.example?b',
      'https://a@a.example',
      'ftp://a.example',
      'a.example',
    ])
      expect(faultsOf(() => read(url))).toMatchObject([{ path: 'TOOLCRIB_PUBLIC_URLS' }]);
  });

  it('reads tool files from a list, with a tenant where one is named', () => {
    const path = file('tools:\n  - a.yaml\n  - {path: b, tenant: acme}\n');
    expect(readConfig({ file: path, options: {}, environment: {} }).tools).toEqual([
      { path: 'a.yaml', tenant: undefined },
      { path: 'b', tenant: 'acme' },
    ]);
    expect(readConfig({ options: { tools: ['x', 'y'] }, environment: {} }).tools).toHaveLength(2);
    expect(readConfig({ options: {}, environment: { TOOLCRIB_TOOLS: 'x, y' } }).tools).toHaveLength(2);
    expect(
      readConfig({ options: { tools: ['acme=a=b.yaml', './acme=c.yaml', 'A=d'] }, environment: {} }).tools,
    ).toEqual([
      { path: 'a=b.yaml', tenant: 'acme' },
      { path: './acme=c.yaml', tenant: undefined },
      { path: 'A=d', tenant: undefined },
    ]);
  });

  it('reports every fault at once, with file and line, and never a value', () => {
    const path = file('server:\n  prot: 5\n  port: many-secret\naudit:\n  durability: sometimes-secret\n');
    const faults = faultsOf(() =>
      readConfig({
        file: path,
        options: {},
        environment: { TOOLCRIB_DATABASE_URL: 'mysql://root:hunter2@db', TOOLCRIB_PROT: '1' },
      }),
    );
    expect(faults.map(({ path: place, line }) => [place, line])).toEqual([
      ['TOOLCRIB_PROT', undefined],
      ['server.prot', 2],
      ['server.port', 3],
      ['TOOLCRIB_DATABASE_URL', undefined],
      ['audit.durability', 5],
    ]);
    expect(JSON.stringify(faults)).not.toMatch(/secret|hunter2/);
    expect(faults[1]?.hint).toContain('server.port');
  });

  it('says when a file that was asked for is missing or is no YAML', () => {
    expect(faultsOf(() => readConfig({ file: join(folder, 'none.yaml'), options: {}, environment: {} }))).toHaveLength(
      1,
    );
    expect(faultsOf(() => readConfig({ file: file('a: [1'), options: {}, environment: {} })).length).toBeGreaterThan(0);
  });
});
