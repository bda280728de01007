// Databases with planted names on a real emulator of Spanner, and sources on them.
import { systemClock } from '../../server/src/base/clock.ts';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { spannerSource } from '../../server/src/kinds/spanner/spanner-source.ts';
import type { SpannerDialect } from '../../server/src/kinds/spanner/spanner-types.ts';
import type { DatabaseIds, SpannerEmulator } from '../support/spanner.ts';
import { marker } from './sql-kind-contract.ts';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };
/** How many rows the table `number` has. */
const numbers = 5_000;

const tables: Readonly<Record<SpannerDialect, readonly string[]>> = {
  googlesql: [
    "CREATE SEQUENCE ids OPTIONS (sequence_kind = 'bit_reversed_positive')",
    'CREATE TABLE thing (id INT64 DEFAULT (GET_NEXT_SEQUENCE_VALUE(SEQUENCE ids)), name STRING(MAX)) PRIMARY KEY (id)',
    'CREATE UNIQUE INDEX thing_name ON thing (name)',
    'CREATE TABLE number (n INT64 NOT NULL) PRIMARY KEY (n)',
  ],
  postgresql: [
    'CREATE SEQUENCE ids BIT_REVERSED_POSITIVE',
    "CREATE TABLE thing (id bigint DEFAULT nextval('ids') PRIMARY KEY, name text)",
    'CREATE UNIQUE INDEX thing_name ON thing (name)',
    'CREATE TABLE number (n bigint PRIMARY KEY)',
  ],
};

export interface SpannerDatabase {
  readonly ids: DatabaseIds;
  open(more?: Readonly<Record<string, unknown>>): SqlSource;
  /** Ends the connections of all sources. */
  remove(): Promise<void>;
}

/** A database with the empty table `thing`, and `number` with 1, 2 … 5000. */
export async function createSpannerDatabase(
  emulator: SpannerEmulator,
  dialect: SpannerDialect,
): Promise<SpannerDatabase> {
  const ids = { project: marker, instance: `${marker}-i`, database: `${marker}_${dialect.slice(0, 4)}`, dialect };
  await emulator.createDatabase(ids, tables[dialect]);
  await fillNumbers(emulator, ids);
  const http = createHttpClient({ allowed_private: ['127.0.0.1'] });
  return {
    ids,
    open: (more = {}) => {
      const config = spannerSource.fields.parse({ ...ids, emulator_host: emulator.host, ...more });
      return spannerSource.open('things', config, { log, clock: systemClock, http, base_folder: '.' }) as SqlSource;
    },
    remove: () => http.close(),
  };
}

async function fillNumbers(emulator: SpannerEmulator, { project, instance, database }: DatabaseIds): Promise<void> {
  const path = `projects/${project}/instances/${instance}/databases/${database}/sessions`;
  const { name } = (await emulator.send('POST', path, {})) as { name: string };
  const values = Array.from({ length: numbers }, (_, index) => [String(index + 1)]);
  await emulator.send('POST', `${name}:commit`, {
    singleUseTransaction: { readWrite: {} },
    mutations: [{ insert: { table: 'number', columns: ['n'], values } }],
  });
}
