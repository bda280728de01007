// How the kind `mssql` comes to a session: login, TLS, and that the server of these tests speaks TDS to others as well.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findTsql } from '../support/tds-server/find-tsql.ts';
import { columnsToken, doneBatch, errorToken, rowToken } from '../support/tds-server/tokens.ts';
import { nvarchar } from '../support/tds-server/types.ts';
import { closeAll, columns, open, reads, series, start, writes } from './mssql-scripted.ts';
import { marker, refusal } from './sql-kind-contract.ts';

afterEach(closeAll);

describe('login', () => {
  test('says who it is, and nothing of this machine', async () => {
    const server = await start(() => series(1));
    await reads(open(server))({});
    expect(server.logins).toEqual([
      {
        tds_version: 0x74000004,
        host: 'toolcrib',
        application: 'toolcrib',
        user: marker,
        password: marker,
        database: marker,
        read_only_intent: false,
      },
    ]);
  });

  test('asks for a readable secondary only for tools that read, and only when told to', async () => {
    const server = await start(() => series(1));
    const source = open(server, { readOnlyIntent: true });
    await reads(source)({});
    await writes(source)({});
    expect(server.logins.map((login) => login.read_only_intent)).toEqual([true, false]);
  });

  test('a refused login is a source that cannot be reached, and is not repeated at once', async () => {
    const server = await start(() => [], {
      refuse: () => ({ number: 18456, message: `Login failed for user ${marker}`, severity: 14 }),
    });
    const run = reads(open(server));
    expect((await refusal(run({}))).code).toBe('source_unavailable');
    await expect(run({})).rejects.toMatchObject({ code: 'source_unavailable', retry_after_s: 1 });
    expect(server.logins).toHaveLength(1);
  });
});

describe('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-tds-'));
  execFileSync(
    'openssl',
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost'.split(
      ' ',
    ),
    { cwd: folder, stdio: 'pipe' },
  );
  const certificate = {
    key: readFileSync(join(folder, 'key.pem'), 'utf8'),
    cert: readFileSync(join(folder, 'cert.pem'), 'utf8'),
  };
  rmSync(folder, { recursive: true });
  const ca = certificate.cert;
  const known = { host: 'localhost', encrypt: true, ca };

  test.each([
    ['in PRELOGIN packets (TDS 7)', { certificate }, known],
    ['before anything else (TDS 8)', { certificate, strict: true }, { ...known, encrypt: 'strict' }],
    ['with any certificate, when told to', { certificate }, { encrypt: true, trustServerCertificate: true }],
  ])('%s', async (_, options, fields) => {
    const server = await start(() => series(2_000), options);
    expect((await reads(open(server, fields))({}, { limits: { rows: 5_000, bytes: 1_000_000 } })).rows).toHaveLength(
      2_000,
    );
  });

  test.each([
    ['a certificate that nobody knows', { certificate }, { encrypt: true, host: 'localhost' }],
    ['a certificate for another name', { certificate }, { ...known, host: '127.0.0.1' }],
    ['a server without TLS, which is the default to want', {}, { encrypt: undefined }],
  ])('refuses %s and sends no password', async (_, options, fields) => {
    const server = await start(() => series(1), options);
    expect((await refusal(reads(open(server, fields))({}))).code).toBe('source_unavailable');
    expect(server.logins).toEqual([]);
  });
});

const tsql = findTsql();
// Skipped: where FreeTDS' client is not installed and cannot be.
test.skipIf(tsql === undefined)(
  'the test server is understood by FreeTDS as well (skipped: needs tsql; Debian: apt-get install freetds-bin)',
  async () => {
    const texts = [{ name: 'text', type: nvarchar(20) }, ...columns];
    const server = await start(({ text }) =>
      text.includes('broken')
        ? [errorToken({ number: 208, message: 'Invalid object name' }), doneBatch({ failed: true })]
        : [columnsToken(texts), rowToken(texts, ['grün 𝕫', 42n]), doneBatch({ count: 1 })],
    );
    const output = await new Promise<string>((resolve, reject) => {
      const child = tsql?.(
        ['-H', '127.0.0.1', '-p', String(server.port), '-U', 'u', '-P', 'p', '-D', 'd'],
        (error, out) => (error instanceof Error ? reject(error) : resolve(out)),
      );
      child?.stdin?.end('SELECT 1 AS text\ngo\nSELECT broken\ngo\nexit\n');
    });
    expect(output).toContain('grün 𝕫\t42');
    expect(output).toContain('Msg 208');
    expect(server.logins.at(-1)).toMatchObject({ tds_version: 0x74000004, user: 'u', password: 'p', database: 'd' });
  },
);
