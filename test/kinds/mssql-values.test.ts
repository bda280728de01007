// What comes back for every type of SQL Server: exactly, as the server would write it. The bytes are those of MS-TDS; that
// they are written rightly here is checked with tedious as it is by itself, where it is exact enough.
import { createConnection } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { Connection, Request } from 'tedious';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { mssqlSql } from '../../server/src/kinds/mssql/mssql-sql.ts';
import { startTdsServer } from '../support/tds-server/tds-server.ts';
import type { TdsServer } from '../support/tds-server/tds-server.ts';
import {
  columnsToken,
  doneInProc,
  doneProc,
  returnStatus,
  rowToken,
  sparseRowToken,
  u8,
} from '../support/tds-server/tokens.ts';
import type { TdsType } from '../support/tds-server/tokens.ts';
import * as types from '../support/tds-server/types.ts';
import { verifies } from '../support/verifies.ts';
import { openMssql } from './mssql-subject.ts';
import { generous, prepareTool } from './sql-kind-contract.ts';

interface Sample {
  readonly type: TdsType;
  readonly sent: unknown;
  readonly name: string;
  readonly value: unknown;
  /** What tedious makes of it by itself, where it differs. */
  readonly plain?: unknown;
}

const guid = Buffer.from('ffeeddccbbaa99887766554433221100', 'hex');
const binary = Buffer.from([0, 255, 128]);
const days_2024_02_29 = 738_944;
const scaled = (scale: number): Buffer => u8(scale);

const samples: readonly Sample[] = [
  { type: types.int(1), sent: 255n, name: 'tinyint', value: 255 },
  { type: types.int(2), sent: -32768n, name: 'smallint', value: -32768 },
  { type: types.int(4), sent: -2147483648n, name: 'int', value: -2147483648 },
  { type: types.int(8), sent: 9007199254740991n, name: 'bigint', value: 9007199254740991, plain: '9007199254740991' },
  { type: types.int(8), sent: -9223372036854775808n, name: 'bigint', value: '-9223372036854775808' },
  { type: types.bit, sent: true, name: 'bit', value: true },
  { type: types.real, sent: 1.5, name: 'real', value: 1.5 },
  { type: types.float, sent: 1e300, name: 'float', value: 1e300 },
  { type: types.float, sent: -0.1, name: 'float', value: -0.1 },
  { type: types.decimal(5, 2), sent: -50n, name: 'decimal', value: -0.5 },
  {
    type: types.decimal(18, 0),
    sent: 123456789012345678n,
    name: 'decimal',
    value: '123456789012345678',
    plain: 123456789012345680,
  },
  {
    type: types.decimal(28, 10),
    sent: 12345678901234567890n,
    name: 'decimal',
    value: '1234567890.1234567890',
    plain: 1234567890.1234567,
  },
  { type: types.decimal(38, 38), sent: 1n, name: 'decimal', value: 1e-38 },
  { type: types.decimal(38, 0), sent: -(10n ** 38n - 1n), name: 'decimal', value: `-${'9'.repeat(38)}`, plain: -1e38 },
  { type: types.smallmoney, sent: -2147483648n, name: 'smallmoney', value: -214748.3648 },
  { type: types.money, sent: 125000n, name: 'money', value: 12.5 },
  {
    type: types.money,
    sent: 9223372036854775807n,
    name: 'money',
    value: '922337203685477.5807',
    plain: 922337203685477.6,
  },
  { type: types.money, sent: -1n, name: 'money', value: -0.0001 },
  { type: types.date, sent: days_2024_02_29, name: 'date', value: '2024-02-29', plain: new Date('2024-02-29') },
  { type: types.date, sent: 0, name: 'date', value: '0001-01-01', plain: new Date('0001-01-01') },
  { type: types.date, sent: 3_652_058, name: 'date', value: '9999-12-31', plain: new Date('9999-12-31') },
  {
    type: types.time(7),
    sent: 863999999999n,
    name: 'time',
    value: '23:59:59.9999999',
    plain: new Date('1970-01-01T23:59:59.999Z'),
  },
  { type: types.time(0), sent: 60n, name: 'time', value: '00:01:00', plain: new Date('1970-01-01T00:01:00Z') },
  { type: types.time(3), sent: 1n, name: 'time', value: '00:00:00.001', plain: new Date('1970-01-01T00:00:00.001Z') },
  {
    type: types.datetime2(7),
    sent: [1n, days_2024_02_29],
    name: 'datetime2',
    value: '2024-02-29 00:00:00.0000001',
    plain: new Date('2024-02-29'),
  },
  {
    type: types.datetime2(2),
    sent: [4_754_321n, days_2024_02_29],
    name: 'datetime2',
    value: '2024-02-29 13:12:23.21',
    plain: new Date('2024-02-29T13:12:23.210Z'),
  },
  {
    type: types.datetimeoffset(7),
    sent: [1n, days_2024_02_29, 330],
    name: 'datetimeoffset',
    value: '2024-02-29 05:30:00.0000001 +05:30',
    plain: new Date('2024-02-29'),
  },
  {
    type: types.datetimeoffset(0),
    sent: [3_600n, days_2024_02_29, -150],
    name: 'datetimeoffset',
    value: '2024-02-28 22:30:00 -02:30',
    plain: new Date('2024-02-29T01:00:00Z'),
  },
  {
    type: types.datetime,
    sent: [45_349, 300 * 3_600 + 299],
    name: 'datetime',
    value: '2024-02-29 01:00:00.997',
    plain: new Date('2024-02-29T01:00:00.997Z'),
  },
  {
    type: types.datetime,
    sent: [-53_690, 0],
    name: 'datetime',
    value: '1753-01-01 00:00:00.000',
    plain: new Date('1753-01-01'),
  },
  {
    type: types.smalldatetime,
    sent: [45_349, 61],
    name: 'smalldatetime',
    value: '2024-02-29 01:01:00',
    plain: new Date('2024-02-29T01:01:00Z'),
  },
  { type: types.uniqueidentifier, sent: guid, name: 'uniqueidentifier', value: 'CCDDEEFF-AABB-8899-7766-554433221100' },
  { type: types.nvarchar(20), sent: 'grün 𝕫 \uFFFD', name: 'nvarchar', value: 'grün 𝕫 \uFFFD' },
  { type: types.nvarcharMax, sent: '', name: 'nvarchar', value: '' },
  { type: types.varchar(20), sent: 'gr\u00fcn', name: 'varchar', value: 'gr\u00fcn' },
  { type: types.varbinary(20), sent: binary, name: 'varbinary', value: 'AP+A', plain: binary },
  { type: types.varbinaryMax, sent: binary, name: 'varbinary', value: 'AP+A', plain: binary },
  {
    type: types.rowversion,
    sent: Buffer.alloc(8, 1),
    name: 'rowversion',
    value: 'AQEBAQEBAQE=',
    plain: Buffer.alloc(8, 1),
  },
  { type: types.xml, sent: '<a>ö</a>', name: 'xml', value: '<a>ö</a>' },
  { type: types.clr('hierarchyid'), sent: binary, name: 'hierarchyid', value: 'AP+A', plain: binary },
  {
    type: types.sqlVariant,
    sent: [0x7f, Buffer.alloc(0), Buffer.alloc(8, 0x7f)],
    name: 'sql_variant',
    value: '9187201950435737471',
  },
  { type: types.sqlVariant, sent: [0x38, Buffer.alloc(0), Buffer.from([5, 0, 0, 0])], name: 'sql_variant', value: 5 },
  {
    type: types.sqlVariant,
    sent: [0x6c, Buffer.from([20, 2]), Buffer.from([0, 50, 0, 0, 0])],
    name: 'sql_variant',
    value: -0.5,
  },
  {
    type: types.sqlVariant,
    sent: [0x2a, scaled(7), Buffer.from([1, 0, 0, 0, 0, 0x80, 0x46, 0x0b])],
    name: 'sql_variant',
    value: '2024-02-29 00:00:00.0000001',
    plain: new Date('2024-02-29'),
  },
  {
    type: types.sqlVariant,
    sent: [0xe7, Buffer.from([40, 0, 9, 4, 0xd0, 0, 0x34]), Buffer.from('ö', 'utf16le')],
    name: 'sql_variant',
    value: 'ö',
  },
];

describe('values', () => {
  let server: TdsServer;
  let source: SqlSource;
  const columns = samples.map(({ type }, index) => ({ name: `c${index}`, type }));
  const sent = samples.map((sample) => sample.sent);
  const none = samples.map(() => null);

  beforeAll(async () => {
    server = await startTdsServer({
      answer: () => [
        columnsToken(columns),
        rowToken(columns, sent),
        rowToken(columns, none),
        sparseRowToken(columns, none),
        sparseRowToken(columns, sent),
        doneInProc(4),
        returnStatus(),
        doneProc(),
      ],
    });
    source = openMssql(server.port);
  });
  afterAll(async () => {
    await source.close();
    await server.close();
  });

  test('arrive exactly, and null as null', async () => {
    verifies('DBT-17', 'DBT-05');
    const result = await prepareTool(mssqlSql, source, { statement: 'SELECT 1' })({});
    const row = Object.fromEntries(samples.map(({ value }, index) => [`c${index}`, value]));
    const nulls = Object.fromEntries(samples.map((_, index) => [`c${index}`, null]));
    expect(result.columns.map(({ type }) => type)).toEqual(samples.map(({ name }) => name));
    expect(result.rows).toEqual([row, nulls, nulls, row]);
  });

  test('are what tedious reads by itself, as exactly as it can', async () => {
    // The teaching of tedious has happened, and does not reach connections that are not ours.
    await prepareTool(mssqlSql, source, { statement: 'SELECT 1' })({});
    const [row] = await readPlainly(server.port);
    for (const [index, { value, plain = value }] of samples.entries()) {
      const read = row?.[index];
      if (typeof plain === 'number' && typeof read === 'number') expect(read / plain).toBeCloseTo(1, 6);
      else if (plain instanceof Date) expect((read as Date).getTime(), String(index)).toBe(plain.getTime());
      else expect(read, String(index)).toEqual(plain);
    }
  });
});

test('every decimal and every instant arrives with all its digits', async () => {
  verifies('DBT-17');
  let next: { readonly type: TdsType; readonly sent: unknown } = { type: types.bit, sent: null };
  const server = await startTdsServer({
    answer: () => {
      const columns = [{ name: 'v', type: next.type }];
      return [columnsToken(columns), rowToken(columns, [next.sent]), doneInProc(1), returnStatus(), doneProc()];
    },
  });
  const source = openMssql(server.port);
  const run = prepareTool(mssqlSql, source, { statement: 'SELECT 1' });
  const read = async (type: TdsType, sent: unknown): Promise<unknown> => {
    next = { type, sent };
    return (await run({})).rows[0]?.['v'];
  };
  const bound = 10n ** 38n - 1n;
  await fc.assert(
    fc.asyncProperty(fc.bigInt({ min: -bound, max: bound }), fc.nat(38), async (unscaled, scale) => {
      const value = await read(types.decimal(38, scale), unscaled);
      // Digits and places as they were, whichever way the value is written.
      const [whole = '', fraction = ''] = plainly(value).replace('-', '').split('.');
      const digits = BigInt(whole + fraction.padEnd(scale, '0'));
      expect(plainly(value).startsWith('-') ? -digits : digits).toBe(unscaled);
    }),
    { numRuns: 100 },
  );
  const instants = fc.tuple(fc.bigInt({ min: 0n, max: 863_999_999_999n }), fc.nat(3_652_058));
  await fc.assert(
    fc.asyncProperty(instants, async ([clock, days]) => {
      const date = new Date(Date.UTC(2000, 0, 1) + (days - 730_119) * 86_400_000);
      const text = new Date(date.getTime() + Number(clock / 10_000n)).toISOString().replace('T', ' ').replace('Z', '');
      const fine = String(clock % 10_000n).padStart(4, '0');
      expect(await read(types.datetime2(7), [clock, days])).toBe(text + fine);
    }),
    { numRuns: 100 },
  );
  await source.close();
  await server.close();
});

test('a value that cannot fit is given up while it is read', async () => {
  verifies('DBT-13');
  const columns = [{ name: 'v', type: types.nvarcharMax }];
  const chunk = Buffer.alloc(4 * 1024 * 1024, 'x\0');
  const length = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(chunk.length);
  const peak = { bytes: 0 };
  const server = await startTdsServer({
    *answer() {
      yield columnsToken(columns);
      yield Buffer.concat([u8(0xd1), length]);
      for (let count = 0; count < 64; count += 1) {
        yield size;
        yield chunk;
        if (count % 16 !== 15) continue;
        collect();
        peak.bytes = Math.max(peak.bytes, process.memoryUsage().arrayBuffers);
      }
      yield Buffer.alloc(4);
      yield* [doneInProc(1), returnStatus(), doneProc()];
    },
  });
  const source = openMssql(server.port);
  collect();
  const before = process.memoryUsage().arrayBuffers;
  const result = await prepareTool(mssqlSql, source, { statement: 'SELECT 1' })({}, { limits: generous });
  expect([result.rows, result.truncated]).toEqual([[], { by: 'bytes', limit: generous.bytes }]);
  // Of 256 MB, and with what is on its way through sockets.
  expect(peak.bytes).toBeGreaterThan(0);
  expect(peak.bytes - before).toBeLessThan(160 * 1024 * 1024);
  await source.close();
  await server.close();
});

/** Forgets what nobody holds any more, so that only what is held is measured. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function plainly(value: unknown): string {
  if (typeof value !== 'number') return String(value);
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const places = fraction.length - Number(exponent);
  const digits = whole.replace('-', '') + fraction;
  const padded = places < 0 ? digits + '0'.repeat(-places) : digits.padStart(places + 1, '0');
  const sign = value < 0 ? '-' : '';
  return places <= 0 ? sign + padded : `${sign}${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

function readPlainly(port: number): Promise<readonly (readonly unknown[])[]> {
  const connection = new Connection({
    server: '127.0.0.1',
    authentication: { type: 'default', options: { userName: 'u', password: 'p' } },
    options: { port, encrypt: false, connector: async () => createConnection(port, '127.0.0.1') },
  });
  return new Promise((resolve, reject) => {
    connection.connect((failed) => {
      if (failed !== undefined) return reject(failed);
      const rows: unknown[][] = [];
      const request = new Request('SELECT 1', (error) => {
        connection.close();
        if (error instanceof Error) reject(error);
        else resolve(rows);
      });
      request.on('row', (cells: readonly { readonly value: unknown }[]) => rows.push(cells.map(({ value }) => value)));
      connection.execSql(request);
    });
  });
}
