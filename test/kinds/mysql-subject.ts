// A real MariaDB database with planted names, and sources on it.
import { systemClock } from '../../server/src/base/clock.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { mysqlSource } from '../../server/src/kinds/mysql/mysql-source.ts';
import type { MariadbServer } from '../support/mariadb.ts';
import { closedNetwork } from '../support/closed-network.ts';
import { marker } from './sql-kind-contract.ts';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

export interface PlantedMysql {
  /** Opens a source with the database's own account. */
  open(more?: Readonly<Record<string, unknown>>, warn?: (event: string) => void): SqlSource;
  /** Runs a statement as superuser. */
  query(text: string): Promise<readonly Record<string, unknown>[]>;
  /** Statements of our sources that the database is running now. */
  running(): Promise<number>;
  /** Connections of our sources. */
  connections(): Promise<number>;
  remove(): Promise<void>;
}

let created = 0;

/** A database with the table `thing`, where every name carries the marker. */
export async function createPlantedMysql(server: MariadbServer): Promise<PlantedMysql> {
  created += 1;
  const name = `${marker}_${process.pid}_${created}`;
  await server.query(`CREATE DATABASE ${name}`);
  await server.query(`CREATE USER ${name} IDENTIFIED BY '${name}'`);
  await server.query(`GRANT ALL ON ${name}.* TO ${name}`);
  await server.query(`USE ${name}`);
  await server.query('CREATE TABLE thing (id int AUTO_INCREMENT PRIMARY KEY, name varchar(200) UNIQUE)');
  await server.query(
    "CREATE FUNCTION plant() RETURNS int BEGIN INSERT INTO thing (name) VALUES ('planted'); RETURN 1; END",
  );
  const count = async (also: string): Promise<number> => {
    const from = `information_schema.processlist WHERE user = '${name}' ${also}`;
    return Number((await server.query(`SELECT count(*) AS n FROM ${from}`))[0]?.['n'] ?? -1);
  };
  return {
    open: (more = {}, warn = silent) => {
      const config = { host: '127.0.0.1', port: server.port, database: name, user: name, password: name, ...more };
      const deps = { log: { ...log, warn }, clock: systemClock, http: closedNetwork, base_folder: '.' };
      return mysqlSource.open('things', mysqlSource.fields.parse(config), deps) as SqlSource;
    },
    query: (text) => server.query(text),
    running: () => count("AND command IN ('Query', 'Execute', 'Prepare')"),
    connections: () => count(''),
    remove: async () => {
      await server.query(`DROP DATABASE ${name}`);
      await server.query(`DROP USER ${name}`);
    },
  };
}
