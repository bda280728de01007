// What the words of a statement say: whether it is one statement, and whether it only reads. SQL Server has no read-only
// transaction, and its statements need no semicolon between them, so this is the first of two walls (docs/decisions/0075).
// Every word here is reserved in T-SQL: as the name of a column or table it must be quoted, and is then no word.
import type { Fault } from '../../base/errors.ts';
import type { TsqlToken } from './scan-tsql.ts';

/** Words that begin a statement and never occur inside SELECT, INSERT, UPDATE, DELETE, MERGE or EXEC. */
const foreign = words(
  'ALTER BACKUP BEGIN BREAK CHECKPOINT CLOSE COMMIT CONTINUE CREATE CURSOR DBCC DEALLOCATE DECLARE DENY DROP DUMP GOTO GRANT',
  'IF KILL LOAD OPEN PRINT PROC PROCEDURE RAISERROR READTEXT RECONFIGURE RESTORE RETURN REVERT REVOKE ROLLBACK SAVE SETUSER',
  'SHUTDOWN TRAN TRANSACTION TRIGGER TRUNCATE UPDATETEXT WAITFOR WHILE WRITETEXT',
);
/** What a statement that only reads cannot contain besides: other statements, and ways out of the database. */
const notReading = words('BULK DELETE EXEC EXECUTE INSERT INTO OPENDATASOURCE OPENQUERY OPENROWSET SET UPDATE');
const writing = words('DELETE INSERT MERGE UPDATE');
const calling = words('EXEC EXECUTE');
const combining = words('UNION EXCEPT INTERSECT');

/** The first word of a statement, in upper case. */
export function firstWord(tokens: readonly TsqlToken[]): string {
  const first = tokens.find(({ kind }) => kind !== 'open');
  return first?.kind === 'word' ? first.text : '';
}

/** A tool runs one statement. */
export function checkOne(tokens: readonly TsqlToken[]): readonly Fault[] {
  if (tokens.every(({ kind }) => kind === 'semicolon')) {
    return [
      { path: 'statement', message: 'There is no statement', hint: 'Write the SQL statement that the tool runs.' },
    ];
  }
  const end = tokens.findIndex(({ kind }) => kind === 'semicolon');
  const stacked = end >= 0 && !tokens.slice(end).every(({ kind }) => kind === 'semicolon');
  if (!stacked && !beginsAnother(tokens)) return [];
  return [
    {
      path: 'statement',
      message: 'There is more than one statement',
      hint: 'A tool runs one statement; in T-SQL the next one begins even without a semicolon. Make one tool for each, or a stored procedure of them.',
    },
  ];
}

/** Faults of a statement that is not plainly a SELECT. */
export function checkReading(tokens: readonly TsqlToken[]): readonly Fault[] {
  const hint =
    'A read-only tool runs one SELECT, also with WITH before it. A tool that is meant to write says "readOnly: false".';
  const refused = whatWrites(tokens);
  if (refused === undefined) return [];
  return [{ path: 'statement', message: `A read-only statement cannot contain ${refused}`, hint }];
}

function whatWrites(tokens: readonly TsqlToken[]): string | undefined {
  const first = firstWord(tokens);
  if (first !== 'SELECT' && first !== 'WITH') return `${first === '' ? 'that' : first} as its first word`;
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind === 'unclear')
      return text === '--' ? 'a comment with an unusual end of line' : `${text} without a space after it`;
    if (kind !== 'word') continue;
    const next = tokens[index + 1]?.text;
    if (foreign.has(text) || notReading.has(text)) return text;
    // Hints: `LEFT MERGE JOIN`, `OPTION (MERGE UNION)`, `OPTION (USE HINT (…))`.
    if (text === 'MERGE' && next !== 'JOIN' && next !== 'UNION') return text;
    if (text === 'USE' && next !== 'HINT' && next !== 'PLAN') return text;
    if (text === 'NEXT' && next === 'VALUE' && tokens[index + 2]?.text === 'FOR') return 'NEXT VALUE FOR';
  }
  return undefined;
}

/** Whether a second statement begins somewhere after the first. */
function beginsAnother(tokens: readonly TsqlToken[]): boolean {
  const first = firstWord(tokens);
  // The bodies of definitions are statements, and other commands have words of their own.
  if (!isPlain(first) && !calling.has(first)) return false;
  const rest = tokens.slice(tokens.findIndex(({ kind }) => kind === 'word') + 1);
  if (rest.some((token) => isWord(token, foreign))) return true;
  if (calling.has(first)) {
    return rest.some((token) => isWord(token, writing) || isWord(token, calling) || isFree(token, 'SELECT'));
  }
  const selects = rest.filter((token, index) => isFree(token, 'SELECT') && !isCombined(rest, index)).length;
  const writes = rest.filter(
    (token, index) => token.depth === 0 && isWord(token, writing) && !isPart(first, rest, index),
  ).length;
  const calls = rest.filter((token) => isWord(token, calling)).length;
  const main = selects + writes;
  if (first === 'WITH') return calls > 0 || (main > 1 && !(writes === 1 && selects === 1 && insertsFirst(rest)));
  if (first === 'INSERT') return writes > 0 || selects + calls > 1;
  return main + calls > 0;
}

/** `WITH … INSERT INTO t SELECT …` */
function insertsFirst(rest: readonly TsqlToken[]): boolean {
  return (
    rest.find((token) => token.depth === 0 && (isWord(token, writing) || isFree(token, 'SELECT')))?.text === 'INSERT'
  );
}

/** `WHEN MATCHED THEN UPDATE`, `LEFT MERGE JOIN`. */
function isPart(first: string, rest: readonly TsqlToken[], index: number): boolean {
  const next = rest[index + 1]?.text;
  if (rest[index]?.text === 'MERGE' && (next === 'JOIN' || next === 'UNION')) return true;
  return (first === 'MERGE' || first === 'WITH') && rest[index - 1]?.text === 'THEN';
}

/** `UNION ALL SELECT` */
function isCombined(rest: readonly TsqlToken[], index: number): boolean {
  const before = rest[index - 1];
  if (before === undefined) return false;
  return isWord(before, combining) || (before.text === 'ALL' && isWord(rest[index - 2], combining));
}

function isPlain(first: string): boolean {
  return first === 'SELECT' || first === 'WITH' || writing.has(first);
}

function isFree(token: TsqlToken, text: string): boolean {
  return token.kind === 'word' && token.depth === 0 && token.text === text;
}

function isWord(token: TsqlToken | undefined, set: ReadonlySet<string>): boolean {
  return token?.kind === 'word' && set.has(token.text);
}

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')));
}
