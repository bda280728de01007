// Sources of the kind `mssql` for tests, on the test server or on a real one.
import { systemClock } from '../../server/src/base/clock.ts';
import { closedNetwork } from '../support/closed-network.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { mssqlSource } from '../../server/src/kinds/mssql/mssql-source.ts';
import { marker } from './sql-kind-contract.ts';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

/** A source on this port of the local machine, without TLS. */
export function openMssql(port: number, more: Readonly<Record<string, unknown>> = {}): SqlSource {
  const config = { host: '127.0.0.1', port, database: marker, user: marker, password: marker, encrypt: false, ...more };
  return mssqlSource.open('things', mssqlSource.fields.parse(config), {
    log,
    clock: systemClock,
    http: closedNetwork,
    base_folder: '.',
  }) as SqlSource;
}
