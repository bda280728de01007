// A statement as the source knows it, whatever the connection: what it may do, what it leaves behind, and how quick it is.
import type { Parameter } from '../../catalog/parameters.ts';
import type { SqlStatementText } from '../../catalog/source.ts';
import { commandOf, scanSql } from '../sql/scan-sql.ts';
import type { SqlToken } from '../sql/scan-sql.ts';
import { mysqlSyntax } from './mysql-dialect.ts';

/** Commands that only read. */
const reading = new Set(['select', 'with', 'values', 'table', 'show', 'explain', 'describe', 'desc']);
/** Commands that write, and that a read-only transaction of the database refuses by itself. */
const writing = new Set(['insert', 'update', 'delete', 'replace']);
/** Those that a read-only tool may send: the others commit, begin a transaction of their own, or act outside of any. */
export const boundCommands: ReadonlySet<string> = new Set([...reading, ...writing]);
/** What a SELECT can write all the same: files of the server. */
const file_targets = new Set(['outfile', 'dumpfile']);
/** How much the newest run counts in the moving average. */
const newest_weight = 0.2;

export interface StatementPlan {
  readonly text: string;
  readonly parameters: readonly Parameter[];
  readonly read_only: boolean;
  /** A read-only statement that a read-only transaction would not bind: never sent. */
  readonly refused: boolean;
  /** The same for servers that have no read-only transactions (TiDB). */
  readonly refused_without_transaction: boolean;
  /** Whether resetting the connection undoes whatever the statement leaves behind. */
  readonly reusable: boolean;
  /** A statement that a caller wrote: whether it is quick will never be known. */
  readonly once: boolean;
  /** Moving average of the time that the server needs; undefined before the first run. */
  mean_ms: number | undefined;
  /** Calls under way. */
  running: number;
}

export function createPlan({ text, parameters, read_only, once = false }: SqlStatementText): StatementPlan {
  const tokens = scanSql(text, mysqlSyntax);
  const command = commandOf(tokens);
  const reads = reading.has(command);
  const is_plain = boundCommands.has(command);
  return {
    text,
    parameters,
    read_only,
    // Others commit, begin a transaction of their own, or act outside of any: DDL, CALL, SET, LOCK, KILL, HANDLER …
    refused: read_only && (!is_plain || hidesCode(tokens) || writesFile(tokens)),
    refused_without_transaction: read_only && (!reads || writesByItself(tokens)),
    // Of the others, USE and SET ROLE outlive a reset, and CALL and EXECUTE can do both.
    reusable: is_plain && !hidesCode(tokens),
    once,
    mean_ms: undefined,
    running: 0,
  };
}

/** Takes the time of a run into the average. */
export function observe(plan: StatementPlan, elapsed_ms: number): void {
  plan.mean_ms = plan.mean_ms === undefined ? elapsed_ms : plan.mean_ms + (elapsed_ms - plan.mean_ms) * newest_weight;
}

function hidesCode(tokens: readonly SqlToken[]): boolean {
  return tokens.some(({ kind }) => kind === 'executable');
}

function writesFile(tokens: readonly SqlToken[]): boolean {
  const words = tokens.map(({ kind, text }) => (kind === 'word' ? text.toLowerCase() : ''));
  return words.some((word, index) => word === 'into' && file_targets.has(words[index + 1] ?? ''));
}

/** A reading command that writes: WITH … DELETE, EXPLAIN ANALYZE UPDATE, the functions of sequences. Rather too much than too little. */
function writesByItself(tokens: readonly SqlToken[]): boolean {
  return tokens.some(({ kind, text }, index) => {
    if (kind !== 'word') return false;
    const word = text.toLowerCase();
    if (word === 'nextval' || word === 'setval' || word === 'next') return true;
    // INSERT(…) and REPLACE(…) are functions.
    return writing.has(word) && tokens[index + 1]?.kind !== 'open';
  });
}
