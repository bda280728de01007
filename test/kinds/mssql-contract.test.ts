// The kinds `mssql` and `mssql-sql` keep the contract of SQL kinds, as far as it can be shown without a SQL Server: a server
// of our own speaks its protocol, and SQLite runs the statements. The same on a real server: mssql-server.test.ts.
import { createSqliteAnswers } from '../support/tds-server/sqlite-answers.ts';
import { startTdsServer } from '../support/tds-server/tds-server.ts';
import { openMssql } from './mssql-subject.ts';
import { mssqlDialect } from '../../server/src/kinds/mssql/mssql-dialect.ts';
import { createSqlToolKind } from '../../server/src/kinds/sql/sql-tool-kind.ts';
import { sqlKindContract } from './sql-kind-contract.ts';

const counting = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c';

sqlKindContract({
  name: 'mssql over the wire',
  create: async () => {
    const answers = createSqliteAnswers();
    const server = await startTdsServer({ answer: answers.answer });
    return {
      // Without the check that refuses what writes when the file is loaded: the contract asks what a run does.
      kind: createSqlToolKind({ type: 'mssql-sql', aliases: [], source_types: ['mssql'], dialect: mssqlDialect }),
      open: () => openMssql(server.port),
      openUnreachable: () => openMssql(1),
      running: async () => server.running(),
      remove: async () => {
        await server.close();
        answers.close();
      },
    };
  },
  texts: {
    echo: 'SELECT @value AS value',
    scalars: 'SELECT @a AS a, @b AS b, @c AS c',
    scalars_answer: { a: -7, b: 1.5, c: 1 },
    items: 'SELECT value FROM json_each(@value)',
    series: `${counting} LIMIT @value) SELECT x AS n FROM c`,
    wide: `${counting} WHERE x < @rows) SELECT substr(printf('%.*c', @characters, 'x'), 1, @characters) AS value FROM c WHERE x <= @rows`,
    endless: "SELECT 'endless' AS value",
    half_second: "SELECT 'half_second' AS value",
    insert_returning: 'INSERT INTO thing (name) SELECT value FROM json_each(@value) RETURNING name',
    hidden_write: "SELECT 'x' AS name INTO other",
  },
});
