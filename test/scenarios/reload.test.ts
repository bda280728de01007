// Reloading while calls run: no failed call, no leaked connection, and what is broken is said and not used (DBT-12).
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { createDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { spawnServer } from '../support/spawned-server.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

/** Of the server itself, and of the source whose connections are counted. */
let store: TestDatabase;
let database: TestDatabase;
let observer: Client;
/** A server with a folder of files for everybody, and one file of the tenant acme. */
let toolcrib: TestServer;
let folder: string;
let tools: string;

beforeAll(async () => {
  [store, database] = await Promise.all([createDatabase(), createDatabase()]);
  observer = new Client({ connectionString: database.superuser_url });
  await observer.connect();
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-reload-'));
  tools = join(folder, 'tools');
  mkdirSync(tools);
  write('main.yaml', `${source()}tools:\n${answering(0)}`);
  writeFileSync(join(folder, 'acme.yaml'), '');
  toolcrib = await startTestServer({
    tenants: ['acme', 'other'],
    config: {
      database_url: store.url,
      tools: [
        { path: tools, tenant: undefined },
        { path: join(folder, 'acme.yaml'), tenant: 'acme' },
      ],
    },
  });
});
afterAll(async () => {
  await toolcrib.stop();
  await observer.end();
  await Promise.all([database.drop(), store.drop()]);
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): void {
  writeFileSync(join(tools, name), text);
}

function source(more = ''): string {
  const { hostname, port, username, password, pathname } = new URL(database.url);
  return `sources: {pg: {kind: postgres, host: ${hostname}, port: ${port}, database: ${pathname.slice(1)}, user: ${username}, password: ${password}${more}}}\n`;
}

function answering(number: number, name = 'answer'): string {
  return `  ${name}: {kind: postgres-sql, source: pg, description: Answers., statement: SELECT ${number} AS answer}\n`;
}

/** Process ids of the connections to the source. */
async function connections(): Promise<readonly number[]> {
  const { rows } = await observer.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY pid',
  );
  return rows.map(({ pid }) => pid);
}

async function answer(name = 'answer'): Promise<unknown> {
  const { status, body } = await toolcrib.request('POST', `/v1/tools/${name}/call`, { body: {} });
  return status === 200 ? body.result.rows[0].answer : body.error.code;
}

const until = { timeout: 20_000, interval: 20 };

describe('reload', () => {
  it('twenty times under load: every call is answered, and the connections stay the same', async () => {
    verifies('DBT-12');
    write('main.yaml', `${source()}tools:\n${answering(0)}`);
    await expect.poll(() => answer(), until).toBe(0);
    const answers: unknown[] = [];
    const over = new AbortController();
    const callers = Array.from({ length: 8 }, async () => {
      while (!over.signal.aborted) answers.push(await answer());
    });
    await expect.poll(() => answers.length, until).toBeGreaterThan(200);
    const before = await connections();
    const ever = new Set(before);
    for (let number = 1; number <= 20; number += 1) {
      write('main.yaml', `${source()}tools:\n${answering(number)}`);
      await expect.poll(() => answers.at(-1), until).toBe(number);
      for (const pid of await connections()) ever.add(pid);
    }
    over.abort();
    await Promise.all(callers);
    expect(new Set(answers)).toEqual(new Set(Array.from({ length: 21 }, (_, number) => number)));
    // As many as one source may have, over all the time; and none that was there has gone.
    expect(ever.size).toBeLessThanOrEqual(limits.source_connections);
    expect(await connections()).toEqual(expect.arrayContaining([...before]));

    write('main.yaml', `${source(', max_connections: 4')}tools:\n${answering(21)}`);
    await expect.poll(() => answer(), until).toBe(21);
    await expect.poll(async () => (await connections()).filter((pid) => before.includes(pid)), until).toEqual([]);
    write('main.yaml', 'tools:\n');
    await expect.poll(() => answer(), until).toBe('tool_not_found');
    await expect.poll(() => connections(), until).toEqual([]);
  });

  it('a call in flight ends on the connections of the version that it began with, and so does one that waits its turn', async () => {
    verifies('DBT-12');
    const waiting = `  wait: {kind: postgres-sql, source: pg, concurrency: 1, description: Waits., statement: SELECT 1 AS answer FROM pg_advisory_xact_lock(78)}\n`;
    write('main.yaml', `${source()}tools:\n${waiting}${answering(1)}`);
    await toolcrib.server.reload();
    await observer.query('SELECT pg_advisory_lock(78)');
    const first = answer('wait');
    await expect.poll(() => waitingPids(), until).toHaveLength(1);
    const [pid] = await waitingPids();
    const second = answer('wait');
    expect(await answer()).toBe(1);
    write('main.yaml', `${source(', max_connections: 4')}tools:\n${waiting}${answering(2)}`);
    await expect.poll(() => answer(), until).toBe(2);
    expect(await connections()).toContain(pid);
    await observer.query('SELECT pg_advisory_unlock(78)');
    expect([await first, await second]).toEqual([1, 1]);
    await expect.poll(() => connections(), until).not.toContain(pid);
  });

  async function waitingPids(): Promise<readonly number[]> {
    const { rows } = await observer.query<{ pid: number }>(
      "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 78 AND NOT granted",
    );
    return rows.map(({ pid }) => pid);
  }
});

describe('what is broken', () => {
  it('is held and listed for its tenant, and healed by an edit; new faults are listed too', async () => {
    verifies('DBT-12');
    const good = `${source()}tools:\n${answering(1, 'own')}`;
    const edit = (text: string): void => writeFileSync(join(folder, 'acme.yaml'), text);
    const list = async (slug: string) =>
      (await toolcrib.request('GET', '/v1/sources', { key: toolcrib.keys[slug] ?? '' })).body;
    edit(good);
    await expect.poll(() => answer('own'), until).toBe(1);
    edit(good.replace('statement', 'statment'));
    await expect
      .poll(async () => (await list('acme')).held, until)
      .toMatchObject([
        {
          file: join(folder, 'acme.yaml'),
          faults: [
            { path: 'tools.own.statement', line: 3 },
            { path: 'tools.own.statment', hint: 'Did you mean "statement"?' },
          ],
        },
      ]);
    expect(await list('other')).toMatchObject({ failed: [], held: [] });
    expect(await answer('own')).toBe(1);
    expect(toolcrib.log_lines.join('')).toContain('"event":"file-held"');
    edit(`${good.replace('SELECT 1', 'SELECT 2')}${answering(3, 'third').replace('source: pg', 'source: gp')}`);
    await expect
      .poll(() => list('acme'), until)
      .toMatchObject({
        failed: [{ entity: 'tool', name: 'third', faults: [{ message: 'there is no source "gp"' }] }],
        held: [],
      });
    expect(await answer('own')).toBe(2);
    edit(`${good}${answering(3, 'third')}`);
    await expect.poll(() => answer('third'), until).toBe(3);
    expect((await list('acme')).failed).toEqual([]);
  });
});

describe('files and folders', () => {
  it('files come, move and go, are replaced through links, and changed where no event tells of it', async () => {
    verifies('DBT-12', 'DBT-09');
    const elsewhere = join(folder, 'elsewhere');
    for (const path of ['v1', 'v2']) mkdirSync(join(elsewhere, path), { recursive: true });
    write('main.yaml', source());
    await toolcrib.server.reload();
    expect(await answer()).toBe('tool_not_found');

    mkdirSync(join(tools, 'below'));
    writeFileSync(join(tools, 'below', 'a.yaml'), `tools:\n${answering(1)}`);
    await expect.poll(() => answer(), until).toBe(1);
    renameSync(join(tools, 'below', 'a.yaml'), join(tools, 'b.yaml'));
    writeFileSync(join(tools, 'c.yaml'), `tools:\n${answering(2, 'second')}`);
    await expect.poll(() => answer('second'), until).toBe(2);
    expect(await answer()).toBe(1);
    rmSync(join(tools, 'b.yaml'));
    await expect.poll(() => answer(), until).toBe('tool_not_found');

    // As a mounted ConfigMap changes: the file is a link through a link to a folder, which is replaced.
    writeFileSync(join(elsewhere, 'v1', 'tools.yaml'), `tools:\n${answering(3)}`);
    writeFileSync(join(elsewhere, 'v2', 'tools.yaml'), `tools:\n${answering(4)}`);
    symlinkSync(join(elsewhere, 'v1'), join(tools, '..data'));
    symlinkSync(join('..data', 'tools.yaml'), join(tools, 'linked.yaml'));
    await expect.poll(() => answer(), until).toBe(3);
    symlinkSync(join(elsewhere, 'v2'), join(tools, '..new'));
    renameSync(join(tools, '..new'), join(tools, '..data'));
    await expect.poll(() => answer(), until).toBe(4);
    // The folder of the link's target is not watched: nothing tells of this.
    writeFileSync(join(elsewhere, 'v2', 'tools.yaml'), `tools:\n${answering(5)}`);
    await expect.poll(() => answer(), until).toBe(5);
    rmSync(join(tools, 'linked.yaml'));
  });

  it('SIGHUP loads again and ends nothing', async () => {
    verifies('DBT-12');
    const server = await spawnServer(['--data', join(folder, 'data')]);
    server.signal('SIGHUP');
    await expect.poll(() => server.output(), until).toContain('"event":"catalogue-reloaded"');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await server.kill('SIGTERM')).toBe(0);
  });
});

describe('the largest file', () => {
  it('calls are answered while it is read, also when it was made to be slow', async () => {
    verifies('DBT-12');
    const small = `${source()}tools:\n${answering(1)}`;
    write('main.yaml', small);
    await toolcrib.server.reload();
    const names: string[] = [];
    let large = small;
    while (large.length < limits.config_file_bytes - 400) {
      names.push(`tool_${names.length}`);
      large += answering(2, names.at(-1)).replace('Answers.', 'Answers. '.repeat(20));
    }
    expect(await answeredDuring(large)).toBeGreaterThan(20);
    expect(await answer(names.at(-1))).toBe(2);
    const slow = `${small}more: [${'[],'.repeat((limits.config_file_bytes - 400) / 3)}]`;
    expect(await answeredDuring(slow)).toBeGreaterThan(20);
    expect(toolcrib.log_lines.join('')).toContain('the document has more than 100000 values');
    expect(await answer(names.at(-1))).toBe(2);
  });

  /** How many calls were answered while this text was loaded. */
  async function answeredDuring(text: string): Promise<number> {
    write('main.yaml', text);
    let is_loaded = false;
    const loaded = toolcrib.server.reload().then(() => (is_loaded = true));
    let answered = 0;
    for (;;) {
      expect(await answer()).toBe(1);
      if (is_loaded) break;
      answered += 1;
    }
    await loaded;
    return answered;
  }
});
