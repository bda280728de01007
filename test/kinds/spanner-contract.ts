// The contract of SQL kinds for the kinds `spanner` and `spanner-sql`, in either dialect.
import { afterAll, describe } from 'vitest';
import { spannerSql } from '../../server/src/kinds/spanner/spanner-sql.ts';
import type { SpannerDialect } from '../../server/src/kinds/spanner/spanner-types.ts';
import { findSpannerEmulator, startSpannerEmulator } from '../support/spanner.ts';
import type { SpannerEmulator } from '../support/spanner.ts';
import { createSpannerDatabase } from './spanner-subject.ts';
import { sqlKindContract } from './sql-kind-contract.ts';
import type { SqlSubject, SqlTexts } from './sql-kind-contract.ts';

// The emulator does not stop a statement whose request has ended: what counts as running is the request.
const seconds = 'SELECT COUNT(*) AS n FROM number a, number b WHERE a.n <= 3000 AND b.n <= 3000';

const shared = {
  same_names: 'SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a, 5 AS `__proto__`',
  update: "UPDATE thing SET name = name || '!' WHERE true",
  delete: 'DELETE FROM thing WHERE true',
  // A text has at most 2.5 million characters in Spanner; the emulator's functions make one million.
  longest_text: 1024 * 1024,
  endless: seconds,
  half_second: 'SELECT COUNT(*) AS n FROM number a, number b WHERE a.n <= 700 AND b.n <= 700',
} as const;

const texts: Readonly<Record<SpannerDialect, SqlTexts>> = {
  googlesql: {
    ...shared,
    echo: 'SELECT @value AS value',
    scalars: 'SELECT @a AS a, @b AS b, @c AS c',
    scalars_answer: { a: -7, b: 1.5, c: true },
    items: 'SELECT value FROM UNNEST(@value) AS value WITH OFFSET AS place ORDER BY place',
    series: 'SELECT n FROM number WHERE n <= @value ORDER BY n',
    wide: "SELECT REPEAT('x', @characters) AS value FROM number WHERE n <= @rows",
    insert_returning: 'INSERT INTO thing (name) SELECT value FROM UNNEST(@value) AS value THEN RETURN name',
    hidden_write: 'SELECT GET_NEXT_SEQUENCE_VALUE(SEQUENCE ids) AS id',
  },
  postgresql: {
    ...shared,
    same_names: 'SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a, 5 AS "__proto__"',
    echo: 'SELECT $1 AS value',
    scalars: 'SELECT $1 AS a, $2 AS b, $3 AS c',
    scalars_answer: { a: -7, b: 1.5, c: true },
    items: 'SELECT value FROM unnest($1) WITH ORDINALITY AS items (value, place) ORDER BY place',
    series: 'SELECT n FROM number WHERE n <= $1 ORDER BY n',
    wide: "SELECT repeat('x', $2) AS value FROM number WHERE n <= $1",
    insert_returning: 'INSERT INTO thing (name) SELECT value FROM unnest($1) AS value RETURNING name',
    hidden_write: "SELECT nextval('ids') AS id",
  },
};

export function spannerContract(dialect: SpannerDialect): void {
  const path = findSpannerEmulator();
  // Skipped: Google's emulator is not here; test/support/spanner.ts says how to get it.
  describe.skipIf(path === undefined)('on the emulator', () => {
    let emulator: SpannerEmulator | undefined;
    const create = async (): Promise<SqlSubject> => {
      const started = await startSpannerEmulator(path ?? '');
      emulator = started;
      const database = await createSpannerDatabase(started, dialect);
      return {
        kind: spannerSql,
        open: () => database.open(),
        openUnreachable: () => database.open({ emulator_host: '127.0.0.1:1' }),
        running: () => Promise.resolve(started.running()),
        remove: () => database.remove(),
      };
    };
    sqlKindContract({ name: `spanner (${dialect})`, create, texts: texts[dialect] });
    afterAll(async () => emulator?.stop());
  });
}
