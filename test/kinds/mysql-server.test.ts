// A MariaDB that is restarted, down, or reached over TLS; and what is used of `mysql2` beyond its public interface.
import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ToolcribError } from '../../server/src/base/errors.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { openConnection } from '../../server/src/kinds/mysql/connect.ts';
import { mysqlSql } from '../../server/src/kinds/mysql/mysql-sql.ts';
import { hasMariadb, startMariadb } from '../support/mariadb.ts';
import type { MariadbServer } from '../support/mariadb.ts';
import { verifies } from '../support/verifies.ts';
import { createPlantedMysql } from './mysql-subject.ts';
import type { PlantedMysql } from './mysql-subject.ts';
import { prepareTool, refusal } from './sql-kind-contract.ts';
import type { Runner } from './sql-kind-contract.ts';

// Skipped: where MariaDB is not installed and cannot be.
describe.skipIf(!hasMariadb())('a server of MySQL', () => {
  let server: MariadbServer;
  let database: PlantedMysql;
  let certificates: string;

  beforeAll(async () => {
    certificates = mkdtempSync(join(tmpdir(), 'toolcrib-certificates-'));
    server = await startMariadb();
    database = await createPlantedMysql(server);
  });
  afterAll(async () => {
    await server.remove();
    rmSync(certificates, { recursive: true });
  });

  const tool = (source: SqlSource, statement: string, read_only = true): Runner =>
    prepareTool(mysqlSql, source, { statement, read_only });

  test('a call on connections that a restart has ended is answered all the same', async () => {
    const source = database.open();
    const reading = tool(source, "SELECT 'read' AS value");
    const writing = tool(source, "INSERT IGNORE INTO thing (name) VALUES ('written')", false);
    for (const mode of ['fast', 'kill'] as const) {
      await Promise.all(Array.from({ length: 20 }, () => reading({})));
      await writing({});
      await server.stop(mode);
      await server.start();
      const answers = await Promise.all(Array.from({ length: 20 }, () => reading({})));
      for (const { rows } of answers) expect(rows).toEqual([{ value: 'read' }]);
      await writing({});
    }
    await source.close();
  });

  test('a database that is down is said to be so at once, is not hammered, and is found again', async () => {
    const attempts: unknown[] = [];
    const source = database.open({}, (event) => attempts.push(event));
    const reading = tool(source, "SELECT 'read' AS value");
    await reading({});
    await server.stop('fast');
    const started = performance.now();
    for (let index = 0; index < 300; index += 1) {
      const runs = await Promise.allSettled([reading({}), reading({})]);
      for (const run of runs) expect(run).toMatchObject({ status: 'rejected', reason: { code: 'source_unavailable' } });
    }
    const allowed = 2 + Math.log2((performance.now() - started) / 100 + 1);
    expect(attempts.length).toBeLessThanOrEqual(allowed);
    await server.start();
    const answer = async (): Promise<unknown> =>
      reading({}).then(
        ({ rows }) => rows,
        () => 'down',
      );
    await expect.poll(answer, { timeout: 10_000 }).toEqual([{ value: 'read' }]);
    await source.close();
  });

  test('a wrong password and a wrong database are an unavailable source, with nothing said of either', async () => {
    for (const wrong of [
      { password: 'plantedsecret-wrong' },
      { database: 'plantedsecret-none' },
      { host: 'plantedsecret.invalid' },
      { ssl: true },
    ]) {
      const source = database.open(wrong);
      expect((await refusal(tool(source, 'SELECT 1')({}))).code).toBe('source_unavailable');
      await source.close();
    }
  });

  test('more connections than the server takes are no error of the statement', async () => {
    await server.stop('fast');
    await server.start(['--max-connections=10', '--extra-max-connections=1']);
    const source = database.open({ max_connections: 30 });
    const reading = tool(source, "SELECT SLEEP(0.05), 'read' AS value");
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => reading({})));
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'source_unavailable' });
      else expect(result.value.rows[0]).toMatchObject({ value: 'read' });
    }
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(30);
    await source.close();
  });

  test('speaks TLS, checks the certificate and its name, and cancels over TLS', async () => {
    makeCertificate('server', '/CN=127.0.0.1', 'subjectAltName=IP:127.0.0.1');
    makeCertificate('other', '/CN=elsewhere.example', 'subjectAltName=DNS:elsewhere.example,DNS:localhost');
    const owner = statSync(server.folder);
    for (const file of ['', 'server.crt', 'server.key', 'other.crt', 'other.key']) {
      chownSync(join(certificates, file), owner.uid, owner.gid);
    }
    const with_certificate = (name: string): readonly string[] => [
      `--ssl-cert=${certificates}/${name}.crt`,
      `--ssl-key=${certificates}/${name}.key`,
    ];
    await server.stop('fast');
    await server.start(with_certificate('server'));

    const ca = readFileSync(join(certificates, 'server.crt'), 'utf8');
    const trusted = database.open({ ssl: { ca } });
    const cipher =
      "SELECT variable_value <> '' AS value FROM information_schema.session_status WHERE variable_name = 'SSL_CIPHER'";
    expect((await tool(trusted, cipher)({})).rows).toEqual([{ value: 1 }]);

    const controller = new AbortController();
    const run = tool(trusted, 'SELECT SLEEP(600)')({}, { signal: controller.signal });
    await expect.poll(() => database.running()).toBe(1);
    controller.abort(new ToolcribError('call_cancelled'));
    await expect(run).rejects.toMatchObject({ code: 'call_cancelled' });
    await expect.poll(() => database.running()).toBe(0);
    await trusted.close();

    const untrusted = database.open({ ssl: true });
    expect((await refusal(tool(untrusted, 'SELECT 1')({}))).code).toBe('source_unavailable');
    await untrusted.close();

    await server.stop('fast');
    await server.start(with_certificate('other'));
    const misnamed = database.open({ ssl: { ca: readFileSync(join(certificates, 'other.crt'), 'utf8') } });
    expect((await refusal(tool(misnamed, 'SELECT 1')({}))).code).toBe('source_unavailable');
    await misnamed.close();
  });

  test('a tool that only reads does so on a server whose account may write', async () => {
    verifies('DBT-14');
    const source = database.open();
    const setting = 'SELECT @@session.tx_read_only AS value';
    expect((await tool(source, setting)({})).rows).toEqual([{ value: 1 }]);
    expect((await tool(source, setting, false)({})).rows).toEqual([{ value: 0 }]);
    await source.close();
  });

  test('what is used of mysql2 beyond its public interface is still there', async () => {
    const address = { host: '127.0.0.1', port: server.port, database: '', user: 'root', password: '' };
    const client = createConnection(address);
    await new Promise((resolve) => client.once('connect', resolve));
    const internals = client as unknown as Record<string, { listenerCount?(name: string): number } | boolean>;
    const { stream } = internals as { stream: { listenerCount(name: string): number } };
    expect(stream.listenerCount('data')).toBe(1);
    expect(internals['_mariadbExtendedMetadata']).toBe(true);
    client.destroy();
    const open = await openConnection({ ...address, ssl: false, variables: {} });
    expect(open.socket.listenerCount('data')).toBe(0);
    expect(open.socket.isPaused()).toBe(true);
    expect(open).toMatchObject({
      family: 'mariadb',
      extended: true,
      connection_id: expect.stringMatching(/^\d+$/) as string,
    });
    open.socket.destroy();
  });

  function makeCertificate(name: string, subject: string, names: string): void {
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
        subject,
        '-addext',
        names,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.crt`,
      ],
      { cwd: certificates, stdio: 'pipe' },
    );
  }
});
