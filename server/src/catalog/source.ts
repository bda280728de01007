// The contract of a source: a configured database or web service that tools run on.
import type { z } from 'zod';
import type { Caller } from '../base/caller.ts';
import type { CallerCredential } from '../credentials/credential.ts';
import type { BringAt, Brought } from './brought.ts';
import type { CallerAccount } from './caller-account.ts';
import type { Clock } from '../base/clock.ts';
import type { HttpClient } from '../base/http-client.ts';
import type { Log } from '../base/log.ts';
import type { Listing } from './mirror.ts';
import type { Arguments, ArgumentValue, EscapeStyle, Parameter } from './parameters.ts';
import type { Fault } from '../base/errors.ts';
import type { ResultLimits, RowsResult } from './result.ts';

/** An open source. Opening is lazy: a source that is down does not stop the server. */
export interface Source {
  readonly type: string;
  /**
   * One cheap round trip, with an account of a caller where its tools run with one (`credential_refused` when it is not
   * taken). Throws `source_unavailable`.
   */
  probe(signal: AbortSignal, credential?: CallerCredential): Promise<void>;
  /** Ends every connection after the statements in flight. Idempotent. */
  close(): Promise<void>;
}

/** What a kind of source must offer. */
export interface SourceKind<Config = unknown> {
  /** Permanent name, as written in the file: `postgres`. */
  readonly type: string;
  /** Other names for the same thing. */
  readonly aliases: readonly string[];
  /** The fields of the configuration beside name and type; strict, with a description per field. */
  readonly fields: z.ZodType<Config>;
  /** Fields whose texts may name secret variables of the caller, which its tools fill in at every call (`ctx.secret`). */
  readonly variable_fields?: readonly string[];
  /** How the account of whoever calls is used; absent when tools on a source of this kind cannot run with it. */
  readonly caller_account?: CallerAccount<Config>;
  /**
   * Why a setting of this name cannot be set for a call; undefined when it can. Absent when statements of this kind of
   * source take no `settings`: then the file may not say `sessionSettings`.
   */
  refuseSetting?(name: string): string | undefined;
  /** Present when tenants may define such sources over the API: they reach nothing but what the guarded client reaches. */
  readonly for_tenants?: ForTenants<Config>;
  /** Present when such a source brings tools of its own, which no file names (brought.ts). */
  bring?(config: Config, at: BringAt): Promise<Brought>;
  /** Makes the source without connecting. `name` is used in public errors, never host or user. */
  open(name: string, config: Config, deps: SourceDeps): Source;
}

/** What has to be known of a source that no operator has written (docs/definitions.md). */
export interface ForTenants<Config> {
  /**
   * Where it sends accounts and secrets of callers: `https://api.example.com`, with the path where one host has many services of
   * many owners (MCP servers). They are bound to it: given for it once, they go nowhere else when the definition changes.
   * Undefined: it sends none, and may ask for none.
   */
  origin(config: Config): string | undefined;
  /** What only a file may say: paths of files, secrets. Paths are relative to the source. */
  check?(config: Config): readonly Fault[];
}

export interface SourceDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** For URLs of the configuration; nothing else opens a connection to one. */
  readonly http: HttpClient;
  /** Folder against which relative paths of the configuration are taken. */
  readonly base_folder: string;
  /** Tells what a look at a mirrored server has shown, to whoever keeps it. */
  readonly saw?: (listing: Listing) => void;
  /** Whether the source is defined over the API: no secret stands in its configuration. */
  readonly of_definition?: boolean;
  /** Whether every call brings an account of its caller: only for kinds whose `caller_account` is of the kind `call`. */
  readonly account_per_call?: boolean;
}

/** The capability "runs SQL": what every `…-sql` tool kind needs of its source. */
export interface SqlSource extends Source {
  /** Prepares a statement once, at load time; does not connect. */
  prepare(statement: SqlStatementText): SqlStatement;
}

export interface SqlStatementText {
  /** With the dialect's own placeholders. */
  readonly text: string;
  /** Parameters in the order of their placeholders: `$1` is the first. */
  readonly parameters: readonly Parameter[];
  /** Enforced by the database: a read-only statement that writes fails with `write_refused`. */
  readonly read_only: boolean;
  /** Run once and never again, as a statement that a caller wrote: nothing of it is kept. */
  readonly once?: boolean;
}

export interface SqlStatement {
  /**
   * Runs the statement with bound values, one per parameter.
   * Stops reading at the limits and says so in `truncated`. When `signal` aborts, the statement is cancelled in the
   * database and the promise rejects with the signal's reason (a ToolcribError).
   * Throws `statement_failed` (params sqlstate, condition), `write_refused`, `source_unavailable`.
   */
  run(values: readonly ArgumentValue[], options: SqlRunOptions): Promise<RowsResult>;
}

export interface SqlRunOptions {
  readonly signal: AbortSignal;
  readonly limits: ResultLimits;
  /** Rows to pass over before the first one of the answer: they count neither as rows nor as bytes. */
  readonly skip_rows: number;
  readonly caller: Caller;
  /** Set for this statement only and gone after it. Only for sources whose kind has `refuseSetting`. */
  readonly settings?: readonly SessionSetting[];
}

/** A variable of the session: `app.tenant`, or `role` where the database has roles to change to. */
export interface SessionSetting {
  readonly name: string;
  readonly value: string;
}

export interface SqlSyntax {
  /** `/* /* *\/ *\/` is one comment (PostgreSQL), or ends at the first `*\/` (SQLite). */
  readonly nested_comments: boolean;
  /** `$tag$ … $tag$` and `E'\''` (PostgreSQL). */
  readonly dollar_quotes: boolean;
  /** Backquoted and bracketed identifiers (SQLite). */
  readonly backquotes: boolean;
  /** `\` escapes the next character inside '…' and "…" (MySQL, GoogleSQL). */
  readonly backslash_escapes?: boolean;
  /** `#` begins a comment as well (MySQL, GoogleSQL). */
  readonly hash_comments?: boolean;
  /** MySQL: what is inside `/*! … *\/` and `/*M! … *\/` is code; `--` begins a comment only before a space. */
  readonly executable_comments?: boolean;
  /** GoogleSQL: '…', "…" and both tripled are texts, also after r, b or both; `\` escapes between backquotes too; `[…]` is a list. */
  readonly google_literals?: boolean;
  /** Sticky; finds a placeholder at its `lastIndex`. */
  readonly placeholder: RegExp;
}

/** How a dialect writes placeholders, and the check that statement and parameters agree. */
export interface SqlDialect {
  /** Where its quotes and comments begin and end. */
  readonly syntax: SqlSyntax;
  /**
   * Faults such as a placeholder without parameter, or a parameter that no placeholder uses. Paths are relative to the
   * tool. Template parameters have been replaced by identifiers.
   */
  check(statement: string, parameters: readonly Parameter[]): readonly Fault[];
  /** A text in the dialect's quotes of that style, with whatever ends them escaped; undefined where it has no such quotes. */
  quote(text: string, style: EscapeStyle): string | undefined;
  /** Values in the order in which the driver binds them. */
  order(args: Arguments, parameters: readonly Parameter[]): readonly ArgumentValue[];
}
