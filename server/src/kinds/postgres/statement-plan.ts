// A prepared statement as the source knows it, whatever the connection: its messages, made once, and how quick it is.
import { serialize } from 'pg-protocol';
import type { SqlStatementText } from '../../catalog/source.ts';
import { commandOf, scanSql } from '../sql/scan-sql.ts';
import { postgresSyntax, transactionalCommands } from './postgres-dialect.ts';

/** Functions that leave something behind in the session all the same. */
const lasting = /^(set_config|pg_(try_)?advisory_lock(_shared)?|dblink_connect(_u)?)$/i;
/** How much the newest run counts in the moving average. */
const newest_weight = 0.2;

export interface StatementPlan {
  /** Empty for a statement that runs once: the unnamed one, of which nothing is kept. */
  readonly name: string;
  readonly once: boolean;
  readonly read_only: boolean;
  /** A read-only statement of a kind that the database's read-only mode does not bind: never sent. */
  readonly refused: boolean;
  /** Whether the session is as it was after the statement, so that the next call may use it. */
  readonly reusable: boolean;
  /** Whether a value is an array: then the parameters' types must be known before values are bound. */
  readonly has_arrays: boolean;
  /** Parse and Describe. */
  readonly parse: Buffer;
  /** The parameters' types as the server inferred them, once it has been asked. */
  type_oids: readonly number[] | undefined;
  /** Moving average of the time the server needs; undefined before the first run. */
  mean_ms: number | undefined;
  /** Counts the changes in the database that made the prepared statement useless. */
  generation: number;
  /** Calls under way. */
  running: number;
}

/** Names are unique in the process, so that two tools of one text never take each other's prepared statement. */
let plans = 0;

export function createPlan(statement: SqlStatementText): StatementPlan {
  const tokens = scanSql(statement.text, postgresSyntax);
  const is_transactional = transactionalCommands.has(commandOf(tokens));
  const once = statement.once === true;
  const name = once ? '' : `tc_${(plans += 1)}`;
  return {
    name,
    once,
    read_only: statement.read_only,
    refused: statement.read_only && !is_transactional,
    // Whoever wrote a statement that is not the author's may have hidden in it what stays behind.
    reusable: !once && is_transactional && !tokens.some((token) => lasting.test(token.text)),
    has_arrays: statement.parameters.some(({ type }) => type === 'array' || type === 'map'),
    parse: Buffer.concat([serialize.parse({ name, text: statement.text }), serialize.describe({ type: 'S', name })]),
    type_oids: undefined,
    mean_ms: undefined,
    generation: 0,
    running: 0,
  };
}

/** Takes the time of a run into the average. */
export function observe(plan: StatementPlan, elapsed_ms: number): void {
  plan.mean_ms = plan.mean_ms === undefined ? elapsed_ms : plan.mean_ms + (elapsed_ms - plan.mean_ms) * newest_weight;
}
