// The kinds `sqlite` and `sqlite-sql` keep the contract of SQL kinds.
import { systemClock } from '../../server/src/base/clock.ts';
import { closedNetwork } from '../support/closed-network.ts';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { sqliteSource } from '../../server/src/kinds/sqlite/sqlite-source.ts';
import { sqliteSql } from '../../server/src/kinds/sqlite/sqlite-sql.ts';
import { marker, sqlKindContract } from './sql-kind-contract.ts';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };
const counting = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c';

sqlKindContract({
  name: 'sqlite',
  create: async () => {
    const folder = mkdtempSync(join(tmpdir(), `${marker}-`));
    const database = new DatabaseSync(join(folder, 'thing.db'));
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE thing (id integer primary key, name text unique)');
    database.close();
    const open = (file: string): SqlSource =>
      sqliteSource.open(
        'things',
        { database: file },
        { log, clock: systemClock, http: closedNetwork, base_folder: folder },
      ) as SqlSource;
    return {
      kind: sqliteSql,
      open: () => open('thing.db'),
      openUnreachable: () => open('absent.db'),
      running: async () => busyProcesses(folder),
      remove: async () => rmSync(folder, { recursive: true }),
    };
  },
  texts: {
    echo: 'SELECT ? AS value',
    scalars: 'SELECT :a AS a, :b AS b, :c AS c',
    scalars_answer: { a: -7, b: 1.5, c: 1 },
    items: 'SELECT value FROM json_each(?1)',
    series: `${counting} LIMIT ?1) SELECT x AS n FROM c`,
    wide: `${counting} WHERE x < $rows) SELECT substr(printf('%.*c', $characters, 'x'), 1, $characters) AS value FROM c WHERE x <= $rows`,
    endless: `${counting}) SELECT count(*) FROM c`,
    half_second: `${counting} LIMIT 3000000) SELECT count(*) AS n FROM c`,
    insert_returning: 'INSERT INTO thing (name) SELECT value FROM json_each(?) RETURNING name',
    hidden_write: undefined,
  },
});

/** Processes on a database of the folder that are computing: what is idle sleeps. */
function busyProcesses(folder: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      const [command, state] = [
        readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
        readFileSync(`/proc/${pid}/stat`, 'utf8'),
      ];
      return command.includes('sqlite-runner') && command.includes(folder) && /\) R /.test(state);
    } catch {
      return false;
    }
  }).length;
}
