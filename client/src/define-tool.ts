// How a function of a pack becomes a tool: what it is called, takes and gives, and whose account it uses.
import type { JsonValue } from './json.ts';
import type { CredentialStrategy } from './credential-wire.ts';
import type { ContentBlock } from './results.ts';
import type { AnySchema, InputOf, OutputOf } from './standard-schema.ts';
import type { ToolContext } from './tool-context.ts';

export interface ToolDefinition<Input extends AnySchema = AnySchema, Output extends AnySchema = AnySchema> {
  /** The name that callers use: letters, digits, `_`, `.` and `-`. */
  readonly name: string;
  readonly title?: string;
  /** For a model: what it does, when to use it, what it needs. */
  readonly description: string;
  /** Of the arguments, an object: a Standard Schema that can say its JSON Schema (zod 4), or a JSON Schema. */
  readonly input: Input;
  /** Of the result; a result that does not fit is an error. */
  readonly output?: Output;
  /** Absent: it uses no account of its caller. */
  readonly auth?: ToolAuth;
  /** Names of the secret variables of the caller that it uses. */
  readonly secrets?: readonly string[];
  /** How much harm a wrong call can do; `low` for what only reads, else `medium`. */
  readonly danger?: 'low' | 'medium' | 'high' | 'critical';
  /** Changes nothing. */
  readonly read_only?: boolean;
  readonly category?: ToolCategory;
  /** 30 seconds unless said otherwise, at most 15 minutes. */
  readonly timeout_ms?: number;
  /** Calls of it at once, per process. */
  readonly concurrency?: number;
  readonly annotations?: ToolHints;
  /** Throw a ToolError to tell the caller something; anything else is logged and told as `tool_failed`. */
  readonly run: (args: OutputOf<Input>, ctx: ToolContext) => ToolReturn<Output> | Promise<ToolReturn<Output>>;
}

/** A value of the output's schema, or `{ content: […] }` with what is to be shown. Nothing is the value `null`. */
export type ToolReturn<Output> = AnySchema extends Output ? unknown : InputOf<Output> | ToolContent;

export interface ToolContent {
  readonly content: readonly ContentBlock[];
}

/** An account of the caller. Either names what fits; both mean the same. */
export interface ToolAuth {
  /** Which kind of account: `github`. */
  readonly system?: string;
  /** An OAuth provider, whose kind of account it is. */
  readonly provider?: string;
  /** OAuth scopes that a grant must have. */
  readonly scopes?: readonly string[];
  /** In which ways it may be given, the preferred one first; `oauth2` and `token` unless said otherwise. */
  readonly strategies?: readonly CredentialStrategy[];
  /** Further systems whose accounts fit. */
  readonly compatible?: readonly string[];
}

export type ToolCategory =
  | 'content'
  | 'data'
  | 'commerce'
  | 'automation'
  | 'communication'
  | 'analysis'
  | 'social_media'
  | 'other';

/** With the names and the meaning of MCP: told, never enforced. */
export interface ToolHints {
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** Marks what `defineTool` has made, also when a process has loaded this module twice. */
export const defined_tool = Symbol.for('toolcrib.defined-tool');

export interface DefinedTool extends Omit<ToolDefinition, 'run'> {
  readonly [defined_tool]: true;
  readonly run: (args: never, ctx: ToolContext) => unknown;
}

/**
 * A tool of a pack, written as a function.
 *
 * @example
 * export const roll = defineTool({
 *   name: 'dice.roll',
 *   description: 'Rolls a die.',
 *   input: z.object({ sides: z.int().min(2).max(100).default(6) }),
 *   read_only: true,
 *   run: ({ sides }) => ({ shown: 1 + Math.floor(Math.random() * sides) }),
 * });
 */
export function defineTool<const Input extends AnySchema, const Output extends AnySchema = AnySchema>(
  definition: ToolDefinition<Input, Output>,
): DefinedTool {
  return { ...(definition as unknown as Omit<DefinedTool, typeof defined_tool>), [defined_tool]: true };
}

/** A settings endpoint of a pack, below `/packs/{code}/`: for members of the tenant with the permission, never for others. */
export interface RouteDefinition {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the pack: `/channels` or `/channels/{id}`. */
  readonly path: string;
  readonly summary?: string;
  /** `packs.write` unless said otherwise. */
  readonly permission?: 'packs.read' | 'packs.write';
  /** Gives what is answered as JSON. Throw a ToolError to answer an error. */
  readonly handler: (request: PackRequest, ctx: RouteContext) => unknown;
}

export interface PackRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: JsonValue | undefined;
}

/** The part of a call's context that a settings endpoint has. */
export type RouteContext = Pick<ToolContext, 'tenant' | 'user' | 'config' | 'connection' | 'fetch' | 'signal' | 'log'>;

/** Marks what `defineRoute` has made. */
export const defined_route = Symbol.for('toolcrib.defined-route');

export interface DefinedRoute extends RouteDefinition {
  readonly [defined_route]: true;
}

/** A settings endpoint of a pack: every one that the pack's `routes.ts` exports is served. */
export function defineRoute(definition: RouteDefinition): DefinedRoute {
  return { ...definition, [defined_route]: true };
}
