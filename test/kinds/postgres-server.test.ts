// A PostgreSQL that is restarted, down, or reached over TLS; and what is used of `pg` beyond its public interface.
import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ToolcribError } from '../../server/src/base/errors.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { openConnection } from '../../server/src/kinds/postgres/connect.ts';
import { postgresSql } from '../../server/src/kinds/postgres/postgres-sql.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { verifies } from '../support/verifies.ts';
import { createPlantedDatabase, openPostgres } from './postgres-subject.ts';
import type { PlantedDatabase } from './postgres-subject.ts';
import { parameter, prepareTool, refusal } from './sql-kind-contract.ts';
import type { Runner } from './sql-kind-contract.ts';

let server: PostgresServer;
let database: PlantedDatabase;
let certificates: string;

beforeAll(async () => {
  certificates = mkdtempSync(join(tmpdir(), 'toolcrib-certificates-'));
  server = await startPostgres();
  database = await createPlantedDatabase(server.superuser_url);
});
afterAll(async () => {
  await server.remove();
  rmSync(certificates, { recursive: true });
});

const tool = (source: SqlSource, statement: string, read_only = true): Runner =>
  prepareTool(postgresSql, source, { statement, read_only });

test('a call on connections that a restart has ended is answered all the same', async () => {
  const source = openPostgres(database.url);
  const reading = tool(source, "SELECT 'read' AS value");
  const writing = tool(source, "INSERT INTO thing (name) VALUES ('written') ON CONFLICT DO NOTHING", false);
  for (const mode of ['fast', 'immediate', 'kill'] as const) {
    await Promise.all(Array.from({ length: 30 }, () => reading({})));
    await writing({});
    await server.stop(mode);
    await server.start();
    const answers = await Promise.all(Array.from({ length: 30 }, () => reading({})));
    for (const { rows } of answers) expect(rows).toEqual([{ value: 'read' }]);
    await writing({});
  }
  await source.close();
});

test('a database that is down is said to be so at once, is not hammered, and is found again', async () => {
  const attempts: unknown[] = [];
  const source = openPostgres(database.url, {}, (event) => attempts.push(event));
  const reading = tool(source, "SELECT 'read' AS value");
  await reading({});
  await server.stop('fast');
  const started = performance.now();
  for (let index = 0; index < 500; index += 1) {
    const runs = await Promise.allSettled([reading({}), reading({})]);
    for (const run of runs) expect(run).toMatchObject({ status: 'rejected', reason: { code: 'source_unavailable' } });
  }
  const allowed = 2 + Math.log2((performance.now() - started) / 100 + 1);
  expect(attempts.length).toBeLessThanOrEqual(allowed);
  await server.start();
  await expect
    .poll(
      async () =>
        reading({}).then(
          ({ rows }) => rows,
          () => 'down',
        ),
      { timeout: 10_000 },
    )
    .toEqual([{ value: 'read' }]);
  await source.close();
});

test('a wrong password and a wrong database are an unavailable source, with nothing said of either', async () => {
  for (const wrong of [
    { password: 'plantedsecret-wrong' },
    { database: 'plantedsecret-none' },
    { host: 'plantedsecret.invalid' },
  ]) {
    const source = openPostgres(database.url, wrong);
    expect((await refusal(tool(source, 'SELECT 1')({}))).code).toBe('source_unavailable');
    await source.close();
  }
});

test('speaks TLS, checks the certificate, and cancels over TLS', async () => {
  makeCertificate();
  await server.stop('fast');
  const owner = statSync(server.data_folder);
  for (const file of ['server.crt', 'server.key']) {
    copyFileSync(join(certificates, file), join(server.data_folder, file));
    chownSync(join(server.data_folder, file), owner.uid, owner.gid);
  }
  appendFileSync(join(server.data_folder, 'postgresql.conf'), '\nssl = on\n');
  await server.start();

  const ca = readFileSync(join(certificates, 'server.crt'), 'utf8');
  const trusted = openPostgres(database.url, { ssl: { ca } });
  const encrypted = tool(trusted, 'SELECT ssl AS value FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  expect((await encrypted({})).rows).toEqual([{ value: true }]);

  const controller = new AbortController();
  const run = tool(trusted, 'SELECT pg_sleep(600)')({}, { signal: controller.signal });
  const check = openPostgres(database.url);
  const sleeping = tool(
    check,
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND state = 'active'",
  );
  const asleep = async (): Promise<unknown> => (await sleeping({})).rows[0]?.['n'];
  await expect.poll(asleep).toBe(1);
  controller.abort(new ToolcribError('call_cancelled'));
  await expect(run).rejects.toMatchObject({ code: 'call_cancelled' });
  await expect.poll(asleep).toBe(0);
  await Promise.all([trusted.close(), check.close()]);

  const untrusted = openPostgres(database.url, { ssl: true });
  expect((await refusal(tool(untrusted, 'SELECT 1')({}))).code).toBe('source_unavailable');
  await untrusted.close();
});

function makeCertificate(): void {
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=127.0.0.1',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      'server.key',
      '-out',
      'server.crt',
    ],
    { cwd: certificates, stdio: 'pipe' },
  );
  execFileSync('chmod', ['600', join(certificates, 'server.key')]);
}

test('a tool that only reads does so on a server whose account may write', async () => {
  verifies('DBT-14');
  const source = openPostgres(database.url);
  const setting =
    "SELECT current_setting('default_transaction_read_only') || current_setting('transaction_read_only') AS value";
  expect((await tool(source, setting)({})).rows).toEqual([{ value: 'onon' }]);
  expect((await tool(source, setting, false)({})).rows).toEqual([{ value: 'offoff' }]);
  await source.close();
});

test('what is used of pg beyond its public interface is still there', async () => {
  const { hostname: host, port, pathname, username: user, password } = new URL(database.url);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const internals = client as unknown as Record<string, { stream?: { listenerCount(name: string): number } }>;
  expect(internals['connection']?.stream?.listenerCount('data')).toBe(1);
  expect([typeof internals['processID'], typeof internals['secretKey']]).toEqual(['number', 'number']);
  await client.end();
  for (const method of ['connect', 'requestSsl', 'cancel'] as const) {
    expect(typeof (Connection.prototype as unknown as Record<string, unknown>)[method]).toBe('function');
  }
  const server_address = { host, port: Number(port), database: pathname.slice(1), user, password, ssl: false };
  const { socket, process_id } = await openConnection(server_address, true);
  expect(socket.listenerCount('data')).toBe(0);
  expect(socket.isPaused()).toBe(true);
  expect(process_id).toBeGreaterThan(0);
  socket.destroy();
});

test('a parameter is never part of the statement, whatever the server thinks of quotes', async () => {
  verifies('DBT-02');
  await database.query(`ALTER ROLE ${new URL(database.url).username} SET standard_conforming_strings = off`);
  const source = openPostgres(database.url);
  const echo = prepareTool(postgresSql, source, {
    statement: "SELECT $1::text AS value, 'a\\b' AS fixed",
    parameters: [parameter('value', 'string')],
  });
  expect((await echo({ value: "\\'; DROP TABLE thing; --" })).rows).toEqual([
    { value: "\\'; DROP TABLE thing; --", fixed: 'a\\b' },
  ]);
  await source.close();
});
