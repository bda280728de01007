// The kinds `mysql` and `mysql-sql` keep the contract of SQL kinds, on MariaDB.
import { describe } from 'vitest';
import { mysqlSql } from '../../server/src/kinds/mysql/mysql-sql.ts';
import { hasMariadb, startMariadb } from '../support/mariadb.ts';
import { createPlantedMysql } from './mysql-subject.ts';
import { sqlKindContract } from './sql-kind-contract.ts';

// Skipped: where MariaDB is not installed and cannot be.
describe.skipIf(!hasMariadb())('on MariaDB', () => {
  sqlKindContract({
    name: 'mysql',
    create: async () => {
      const server = await startMariadb();
      const database = await createPlantedMysql(server);
      return {
        kind: mysqlSql,
        open: () => database.open(),
        openUnreachable: () => database.open({ port: 1 }),
        running: () => database.running(),
        remove: () => server.remove(),
      };
    },
    texts: {
      echo: 'SELECT ? AS value',
      scalars: 'SELECT ? AS a, ? AS b, ? AS c',
      scalars_answer: { a: -7, b: 1.5, c: 1 },
      items: "SELECT value FROM JSON_TABLE(?, '$[*]' COLUMNS (value TEXT PATH '$')) AS items",
      series: 'SELECT seq AS n FROM seq_1_to_10000 WHERE seq <= ?',
      wide: "WITH asked AS (SELECT ? AS n, ? AS size) SELECT REPEAT('x', size) AS value FROM asked JOIN seq_1_to_1000 ON seq <= n",
      endless: 'SELECT SLEEP(600)',
      half_second: 'SELECT SLEEP(0.5)',
      insert_returning:
        "INSERT INTO thing (name) SELECT value FROM JSON_TABLE(?, '$[*]' COLUMNS (value TEXT PATH '$')) AS items RETURNING name",
      hidden_write: 'SELECT plant() AS planted',
      update: "UPDATE thing SET name = CONCAT(name, '!')",
      unique_violation: 'SQLSTATE 23000, unique_violation',
    },
  });
});
