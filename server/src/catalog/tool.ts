// A tool as every other part sees it, and the contract of a kind of tool.
import type { z } from 'zod';
import type { Fault } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import type { HttpClient } from '../base/http-client.ts';
import type { Log } from '../base/log.ts';
import type { ToolFiles } from '../files/tool-files.ts';
import type { AuthService } from './auth-service.ts';
import type { Caller } from '../base/caller.ts';
import type { CallerCredential, CredentialNeed } from '../credentials/credential.ts';
import type { Arguments, ArgumentValue, Parameter } from './parameters.ts';
import type { HandOffTool, ToolPauses } from './pauses.ts';
import type { CallEvent, ResultLimits, ToolResult } from './result.ts';
import type { Secret } from './secret-text.ts';
import type { Source } from './source.ts';

export type DangerLevel = 'low' | 'medium' | 'high' | 'critical';

/** What a tool is for, roughly (remote-packs.md §3). */
export const toolCategories = [
  'content',
  'data',
  'commerce',
  'automation',
  'communication',
  'analysis',
  'social_media',
  'other',
] as const;
export type ToolCategory = (typeof toolCategories)[number];

/** Who may see a tool: everyone on this server, or one tenant. */
export type ToolScope = { readonly kind: 'system' } | { readonly kind: 'tenant'; readonly tenant_id: string };

/** What else the author says of a tool's behaviour, with the names and the meaning of MCP: told, never enforced. */
export interface ToolAnnotations {
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** A linked tool: everything that can be decided at load time is decided. */
export interface Tool {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  /** `postgres-sql` … */
  readonly kind: string;
  readonly scope: ToolScope;
  /** Name of its source, where it has one. */
  readonly source?: string;
  /** Changes with the source's configuration. A digest of secrets: for keyed digests alone, never shown, stored or logged. */
  readonly source_revision?: string;
  readonly parameters: readonly Parameter[];
  /** Present when tokens of auth services are asked for. */
  readonly auth?: ToolAuth;
  /** Present when it runs with an account of the caller's: which ones fit. */
  readonly credential_need?: CredentialNeed;
  /** Present when it uses secret variables of the caller: names of those that every call needs. */
  readonly variables?: readonly string[];
  /** JSON Schema 2020-12 of the arguments. */
  readonly input_schema: JsonObject;
  /** The same of the result, where its kind can say. */
  readonly output_schema?: JsonObject;
  readonly read_only: boolean;
  readonly danger: DangerLevel;
  readonly annotations?: ToolAnnotations;
  readonly category?: ToolCategory;
  /** A third party wrote name, description and schemas: whoever shows them to a model says so. */
  readonly untrusted?: true;
  readonly timeout_ms: number;
  /** Calls of this tool at once, per process. */
  readonly concurrency: number;
  readonly result_limits: ResultLimits;
  /** First 16 hex digits of the SHA-256 of the definition: changes exactly when the definition does. */
  readonly version: string;
  /** Checks arguments; throws `arguments_invalid` with one fault per argument, and lists the valid names for unknown ones.
   * `fill` gives the values that are not the caller's to give. */
  validate(args: unknown, fill: (parameter: Parameter) => ArgumentValue): Arguments;
  /** What is wrong with a structured result (`kind: 'value'`), where the tool promises a schema. */
  readonly checkResult?: (value: unknown) => readonly Fault[];
  /** Present when its work is done by a person in another application. */
  readonly hand_off?: HandOffTool;
  readonly run: RunTool;
}

/** Which auth services must vouch for the caller. */
export interface ToolAuth {
  /** A valid token of one of them is enough; empty when only claims are wanted. */
  readonly required: readonly string[];
  /** Every service that the tool names, for itself or for a parameter, by name. */
  readonly services: ReadonlyMap<string, AuthService>;
}

/** Runs a tool with checked arguments. Throws only ToolcribError. */
export type RunTool = (args: Arguments, ctx: RunContext) => Promise<ToolResult>;

/** What a kind gets to see of a call. */
export interface RunContext {
  readonly call_id: string;
  readonly caller: Caller;
  /** Present when the tool has a `credential_need`. */
  readonly credential?: CallerCredential | undefined;
  /** The caller's secret variables; present when the tool uses some. Throws `variable_missing`. */
  readonly secret?: Secret | undefined;
  /** Rows of the answer that the caller has already: a call that goes on where a cut one ended. Zero otherwise. */
  readonly skip_rows: number;
  /** For every request that goes out on behalf of the caller. */
  readonly http: HttpClient;
  /** Files of the caller's. */
  readonly files: ToolFiles;
  /** What the tool may ask a person for. */
  readonly pauses: ToolPauses;
  /**
   * Calls another tool as the same caller and by the same rules; `limits.call_depth` within each other at most. Throws what
   * that call ends with.
   */
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<ToolResult>;
  /** Aborts at the deadline, at cancel and when the caller goes away; its reason is the ToolcribError to throw. */
  readonly signal: AbortSignal;
  readonly limits: ResultLimits;
  readonly log: Log;
  /** Tells the caller something while the call runs; lost where the surface cannot show it. */
  notify(event: CallEvent): void;
}

/** What a kind of tool must offer. `Config` is the shape of its own fields in the file. */
export interface ToolKind<Config = unknown> {
  /** Permanent name, as written in the file: `postgres-sql`. */
  readonly type: string;
  readonly aliases: readonly string[];
  /** Types of source it can run on; empty when it needs none. */
  readonly source_types: readonly string[];
  /** Its own fields beside the common ones (name, description, source, parameters, limits …); strict. */
  readonly fields: z.ZodType<Config>;
  /** The parameters that every tool of this kind has; the file then defines none. */
  readonly parameters?: readonly Parameter[];
  /** The parameters of a tool whose file names none. */
  readonly default_parameters?: readonly Parameter[];
  /** The lists of parameters that its tools have instead of `parameters`, where the list says what a value is for. */
  readonly parameter_lists?: readonly string[];
  /** Its own fields whose texts may name secret variables, which it fills in at every call (`ctx.secret`). */
  readonly variable_fields?: readonly string[];
  /** Whether tools of this kind may have `templateParameters`. */
  readonly takes_templates?: boolean;
  /** What its tools always answer, where that is known: then surfaces publish its schema. */
  readonly answers?: 'rows';
  /** Whether the caller writes the statement: then nothing in the session can hold it. */
  readonly callers_statement?: boolean;
  /** Of a kind without a source: whether tenants may define such tools over the API. With one, its source says so. */
  readonly for_tenants?: true;
  /** How much harm a wrong call can do, where the file does not say. */
  readonly danger?: DangerLevel;
  /** Whether such a tool only reads, where the file does not say; without it, it does. */
  reads?(config: Config): boolean;
  /** What of it the hand-off protocol needs, for a kind whose work is done by a person in another application. */
  handOff?(config: Config, tool: Pick<ToolToPrepare, 'name' | 'source'>): HandOffTool;
  /** What the schema cannot say, e.g. placeholders against parameters. Paths are relative to the tool: `statement`. */
  check(config: Config, tool: ToolToCheck): readonly Fault[];
  /** Everything that can be done once, at load time; must not connect. */
  prepare(config: Config, tool: ToolToPrepare): RunTool;
}

export interface ToolToCheck {
  /** In the order of the file; those that go into the statement's text come last, each with `template`. */
  readonly parameters: readonly Parameter[];
  readonly read_only: boolean;
}

export interface ToolToPrepare extends ToolToCheck {
  readonly name: string;
  /** Open, of one of the kind's `source_types`; absent when the kind needs none. */
  readonly source: Source | undefined;
  /** The longest time of a call; the corridor ends it then. */
  readonly timeout_ms?: number;
}
