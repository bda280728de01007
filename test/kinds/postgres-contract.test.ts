// The kinds `postgres` and `postgres-sql` keep the contract of SQL kinds.
import { postgresSql } from '../../server/src/kinds/postgres/postgres-sql.ts';
import { createPlantedDatabase, openPostgres } from './postgres-subject.ts';
import { sqlKindContract } from './sql-kind-contract.ts';

sqlKindContract({
  name: 'postgres',
  create: async () => {
    const database = await createPlantedDatabase();
    return {
      kind: postgresSql,
      open: () => openPostgres(database.url),
      openUnreachable: () => openPostgres(database.url, { port: 1 }),
      running: () => database.running(),
      remove: () => database.remove(),
    };
  },
  texts: {
    echo: 'SELECT $1::text AS value',
    scalars: 'SELECT $1::int8 AS a, $2::float8 AS b, $3::bool AS c',
    scalars_answer: { a: -7, b: 1.5, c: true },
    items: 'SELECT unnest($1::text[]) AS value',
    series: 'SELECT n FROM generate_series(1, $1::int) AS n',
    wide: "SELECT repeat('x', $2::int) AS value FROM generate_series(1, $1::int)",
    endless: 'SELECT pg_sleep(600)',
    half_second: 'SELECT pg_sleep(0.5)',
    insert_returning: 'INSERT INTO thing (name) SELECT unnest($1::text[]) RETURNING name',
    hidden_write: "WITH written AS (INSERT INTO thing (name) VALUES ('x') RETURNING name) SELECT * FROM written",
  },
});
