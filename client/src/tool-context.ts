// What the function of a tool gets beside its arguments. Everything here belongs to one call and must not be kept.
import type { JsonObject, JsonValue } from './json.ts';
import type { ToolResult } from './results.ts';

export interface ToolContext {
  readonly tenant: { readonly id: string; readonly slug: string };
  /** The person in whose name the call runs. */
  readonly user: { readonly id: string; readonly name: string; readonly email: string };
  /** The agent that makes the call, where one does. */
  readonly agent?: { readonly id: string } | undefined;
  /** The run of an agent that it belongs to. */
  readonly run?: { readonly id: string } | undefined;
  /** The workspace that the call is made in. */
  readonly workspace: { readonly id: string };
  /** The same in the audit. */
  readonly call_id: string;
  /** The account that the tool has asked for with `auth`; empty when it has not. */
  readonly credential: ToolCredential;
  /** The settings of the pack that have a value, by name. */
  readonly config: Readonly<Record<string, ConfigValue | undefined>>;
  /** The connection of the tenant or its workspace, where it has one of the type `remote`. */
  readonly connection?: ToolConnection | undefined;
  /** Shows in the events of the call, and in the server's log. Never log a secret. */
  log(message: string, data?: JsonValue): void;
  log(level: 'debug' | 'info' | 'warning' | 'error', message: string, data?: JsonValue): void;
  /** How far the work is. */
  progress(done: number, total?: number, message?: string): void;
  /** Tells whoever watches the call that something has happened. */
  publish(event: { readonly kind: string; readonly data?: JsonValue }): void;
  readonly files: ToolFiles;
  /** A secret variable of the caller that the tool has named in `secrets`. Throws when it has not. */
  secret(name: string): string;
  /** Requests to other services: reaches no private address, follows no redirection, within the bounds of the tenant. */
  readonly fetch: ToolFetch;
  /** Aborts at the deadline, at cancel and when the caller goes away. */
  readonly signal: AbortSignal;
  /** Calls another tool as the same caller and by the same rules. Throws what that call ends with: let it pass. */
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<ToolResult>;
  /**
   * An answer that only a person can give. The call ends here and is made again from the start when the person has
   * answered: ask before anything is changed. Let what it throws pass.
   */
  ask(question: ToolQuestion): Promise<JsonObject>;
  /**
   * Calls a remote service by its contract (docs/remote-tools.md), at the pack's `base_url` with its `api_token`, or at the
   * connection's address. Gives the `result`.
   */
  remote(call: RemoteCall): Promise<JsonValue>;
}

export type ConfigValue = string | number | boolean;

/** The fields of an account, by name: `token` of tokens and OAuth, `user` and `password`, or what the system calls them. */
export interface ToolCredential {
  readonly token?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly [field: string]: string | undefined;
}

export interface ToolConnection {
  readonly remote_cluster_url: string;
  readonly remote_connection_id: string;
}

export interface ToolQuestion {
  /** For the person. */
  readonly message: string;
  /** JSON Schema of an object with plain fields: texts, numbers, booleans and choices. Never for secrets. */
  readonly schema: JsonObject;
}

export interface RemoteCall {
  readonly tool_type: string;
  readonly action: string;
  readonly params: Readonly<Record<string, JsonValue>>;
  /** Whether the same call may be sent again when nobody knows what has become of it. */
  readonly idempotent?: boolean;
}

/** What is different from the standard `fetch`: bodies are texts, bytes or the fields of a form. */
export type ToolFetch = (
  url: string | URL,
  options?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array | URLSearchParams;
    readonly signal?: AbortSignal;
  },
) => Promise<Response>;

/** Files of the tenant that belong to the caller. Their names are labels, never paths of the server. */
export interface ToolFiles {
  save(name: string, data: string | Uint8Array, options?: SaveFileOptions): Promise<SavedFile>;
  /** A link to a file by its id or its name, which ends by itself. */
  url(path: string, options?: { readonly expires_in_s?: number }): Promise<string>;
  /** Newest first; `before` is the id of the last one of the page before. */
  list(options?: { readonly limit?: number; readonly before?: string }): Promise<readonly FileSummary[]>;
  /** By its id or its name. Throws `not_found`. */
  read(path: string): Promise<Uint8Array>;
}

export interface SaveFileOptions {
  /** By default what the name's ending says. */
  readonly content_type?: string;
}

export interface FileSummary {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly content_type: string;
  readonly created_at: string;
}

export interface SavedFile extends FileSummary {
  /** A link that ends by itself. */
  readonly url: string;
}
