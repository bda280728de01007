// Which statements the words call reading, single, writing. Every refused text here is one that SQL Server would run.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanTsql } from './scan-tsql.ts';
import { checkOne, checkReading } from './statement-shape.ts';

const reads = (text: string): boolean => checkReading(scanTsql(text)).length === 0 && isOne(text);
const isOne = (text: string): boolean => checkOne(scanTsql(text)).length === 0;

describe('a statement that reads', () => {
  test.each([
    'SELECT 1',
    'select * from t;',
    '(SELECT a FROM t) UNION (SELECT b FROM u)',
    'SELECT a FROM t UNION ALL SELECT b FROM u EXCEPT SELECT c FROM v ORDER BY 1',
    'WITH a AS (SELECT 1 AS x), b AS (SELECT x FROM a UNION ALL SELECT x + 1 FROM b) SELECT * FROM b OPTION (MAXRECURSION 5)',
    'SELECT TOP (@n) id, [delete], "update", \'insert\' AS x FROM dbo.[exec] -- DELETE FROM t',
    'SELECT 1 /* DROP TABLE t /* nested */ EXEC p */ AS one',
    "SELECT N'DELETE FROM t', '''; DROP TABLE t' FROM t",
    'SELECT [a]] DELETE FROM t] FROM t',
    "SELECT CASE WHEN a = 1 THEN 2 ELSE 3 END FROM t a LEFT MERGE JOIN u b ON a.i = b.i OPTION (MERGE UNION, USE HINT ('x'))",
    'SELECT * FROM t ORDER BY a OFFSET 5 ROWS FETCH NEXT 10 ROWS ONLY',
    'SELECT * FROM t FOR SYSTEM_TIME AS OF @at FOR JSON PATH',
    'SELECT value FROM OPENJSON(@list)',
    'SELECT 0xDEAD, 1e5, 1.5E-3, .5 FROM t WITH (NOLOCK)',
    'SELECT inserted, updated, deleted_at, into_x FROM t',
  ])('%s', (text) => {
    expect(checkReading(scanTsql(text))).toEqual([]);
    expect(checkOne(scanTsql(text))).toEqual([]);
  });
});

describe('a statement that is refused to a reading tool', () => {
  test.each([
    'DELETE FROM t',
    'sp_who',
    '[sp_who]',
    'EXEC sp_who',
    'DECLARE @x int',
    'SELECT 1 DELETE FROM t',
    'SELECT 1DELETE FROM t',
    'SELECT 0xABDELETE FROM t',
    'SELECT 1eDELETE FROM t',
    'SELECT 1 EXEC(@text)',
    'SELECT 1 ROLLBACK DELETE FROM t',
    'SELECT 1 COMMIT',
    'SELECT * INTO u FROM t',
    'WITH a AS (SELECT 1 AS x) DELETE FROM a',
    "SELECT 1 WAITFOR DELAY '1:00'",
    'SELECT NEXT VALUE FOR s',
    "SELECT * FROM OPENROWSET('x', 'y', 'DELETE FROM t')",
    "SELECT * FROM OPENQUERY(other, 'DELETE FROM t')",
    'SELECT 1 USE master',
    'SELECT 1 MERGE t USING u ON 1 = 1 WHEN MATCHED THEN DELETE',
    'SELECT 1 SET XACT_ABORT OFF',
    'SELECT 1 -- \r DELETE FROM t',
    'SELECT 1 -- \u2028 DELETE FROM t',
    "SELECT [a]] ' ] DELETE FROM t --'",
    'SELECT "a"" \' " DELETE FROM t --\'',
    "SELECT 'a'' \" ' DELETE FROM t --\"",
    "SELECT 1 /* /* */ ' */ DELETE FROM t --'",
    'SELECT 1; SELECT 2',
    'SELECT 1 SELECT 2',
    'SELECT a FROM t UNION SELECT b FROM u SELECT 2',
    '',
    ';',
  ])('%j', (text) => expect(reads(text)).toBe(false));

  test('a word that writes, wherever it stands outside quotes and comments', () => {
    const plain = fc.constantFrom(
      'SELECT a',
      'FROM t',
      '1',
      "'x''y'",
      '[a]]b]',
      '"c"',
      '/* /* */ */',
      '-- x\n',
      '(',
      ')',
      ',',
      '@p',
    );
    const verbs = fc.constantFrom(
      'DELETE',
      'insert',
      'Update',
      'EXEC',
      'ROLLBACK',
      'commit',
      'INTO',
      'TRUNCATE',
      'drop',
      'SET',
    );
    fc.assert(
      fc.property(fc.array(plain), verbs, fc.array(plain), (before, verb, after) => {
        expect(reads(`SELECT ${before.join(' ')} ${verb} ${after.join(' ')}`)).toBe(false);
      }),
    );
  });
});

describe('one statement', () => {
  test.each([
    'INSERT INTO t (a) VALUES (1)',
    'INSERT INTO t (a) OUTPUT inserted.a SELECT a FROM u UNION SELECT 1;',
    'INSERT INTO t EXEC dbo.p @a = @b',
    'UPDATE t SET a = 1 FROM t JOIN u ON t.i = u.i WHERE EXISTS (SELECT 1)',
    'DELETE FROM t WHERE a IN (SELECT a FROM u)',
    'WITH a AS (SELECT 1 AS x) INSERT INTO t SELECT x FROM a',
    'WITH a AS (SELECT 1 AS x) MERGE INTO t USING a ON t.i = a.x WHEN MATCHED THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN INSERT (i) VALUES (x)',
    'MERGE t USING u ON t.i = u.i WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (i) VALUES (1);',
    'EXEC dbo.p @a = @a, @b = @p2 OUTPUT',
    'DROP TABLE IF EXISTS t',
    'TRUNCATE TABLE t',
    'CREATE PROCEDURE p AS BEGIN DELETE FROM t SELECT 1 END',
    'UPDATE STATISTICS t',
  ])('%s', (text) => expect(checkOne(scanTsql(text))).toEqual([]));

  test.each([
    'UPDATE t SET a = 1 DELETE FROM u',
    'UPDATE t SET a = 1 SELECT 1',
    'UPDATE t SET a = 1; SELECT 1',
    'INSERT INTO t VALUES (1) INSERT INTO t VALUES (2)',
    'INSERT INTO t SELECT 1 SELECT 2',
    'DELETE FROM t EXEC p',
    'DELETE FROM t COMMIT',
    'EXEC p DELETE FROM t',
    'EXEC p EXEC q',
    'WITH a AS (SELECT 1 AS x) SELECT * FROM a DELETE FROM t',
    'MERGE t USING u ON 1 = 1 WHEN MATCHED THEN DELETE DELETE FROM u',
  ])('not %s', (text) => expect(isOne(text)).toBe(false));
});
