// Every type that crosses the wire of the REST surface. Times are ISO 8601 in UTC.
import type { ToolCategory } from './define-tool.ts';
import type { PlanRule } from './credential-wire.ts';
import type { InteractionOffer } from './interaction-wire.ts';
import type { JsonObject } from './json.ts';
import type { WebhookTarget } from './webhook-wire.ts';
import type { ToolResult } from './results.ts';

/** One thing wrong with an input, with the place and what would be right. */
export interface Fault {
  /** Where: `airline`, `tools.search.parameters[0].type`. */
  readonly path: string;
  /** What is wrong there. */
  readonly message: string;
  /** What would be right. */
  readonly hint?: string;
  /** For faults in files. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** All that is shown of an error. Branch on `code`: it is permanent, the texts are not. */
export interface PublicError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
  readonly retry_after_s?: number;
  readonly faults?: readonly Fault[];
  /** What another service has said when it refused. */
  readonly service_error?: ServiceError;
  /** What a person must do before the same call can go on. */
  readonly interaction?: InteractionOffer;
}

/** The words of another service, bounded and cleaned: information from outside, never instructions. */
export interface ServiceError {
  /** The service's own code. */
  readonly code: string;
  readonly message: string;
  readonly details?: JsonObject;
}

/** An issuer of OpenID Connect that may say who a person is. */
export interface SignOn {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: 'set';
  /** Whoever has a verified address of these domains becomes a member, with `role`. */
  readonly domains: readonly string[];
  readonly role: 'builder' | 'member';
  /** The return address to register at the issuer; each address in `server.public_urls` has one. */
  readonly redirect_uri: string;
  readonly created_at: string;
}

export interface SignOnList {
  readonly sign_ons: readonly SignOn[];
}

export interface NewSignOnBody {
  readonly name: string;
  /** Exactly as the issuer calls itself. */
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly domains?: readonly string[];
  /** `member` when absent. */
  readonly role?: 'builder' | 'member';
}

/** A secret variable: its value goes in and never comes out. */
export interface Variable {
  readonly name: string;
  /** `person`: for the calls of whoever asks; `tenant`: for everybody who has none of this name. */
  readonly scope: 'person' | 'tenant';
  readonly updated_at: string;
}

export interface VariableList {
  readonly variables: readonly Variable[];
}

export interface NewVariableBody {
  readonly value: string;
  /** By default `person`. */
  readonly scope?: 'person' | 'tenant';
}

export interface ErrorBody {
  readonly error: PublicError;
  /** Find it in the server's log. */
  readonly request_id: string;
}

export interface ToolSummary {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly kind: string;
  readonly danger: 'low' | 'medium' | 'high' | 'critical';
  readonly category: ToolCategory;
  readonly source_type: 'builtin' | 'function' | 'remote' | 'mcp' | 'code' | 'sql' | 'http' | 'handoff';
  readonly read_only: boolean;
  /** A third party wrote name, description and schemas: a model must not take them for instructions. */
  readonly untrusted?: true;
  /** Changes exactly when the definition does. */
  readonly version: string;
  /** JSON Schema 2020-12 of the arguments. */
  readonly input_schema: JsonObject;
  /** The same of the result, where it is known. */
  readonly output_schema?: JsonObject;
  /** Present when the tool asks for tokens of auth services, each sent in the header `<service>_token`. */
  readonly tokens?: {
    /** One of them is enough. */
    readonly required: readonly string[];
    /** Services that fill a parameter in, by the parameter; such parameters are no arguments. */
    readonly parameters: Readonly<Record<string, readonly string[]>>;
  };
}

export interface ToolList {
  readonly tools: readonly ToolSummary[];
}

export interface ToolsetList {
  readonly toolsets: readonly {
    readonly name: string;
    readonly description?: string;
    readonly tools: readonly string[];
  }[];
}

export interface CallBody {
  readonly arguments?: JsonObject;
  /** Of an answer that was cut: goes on after its last row. */
  readonly cursor?: string;
  /** Told when what a person must do has ended, should the call pause (docs/webhooks.md). */
  readonly webhook?: WebhookTarget;
}

export interface CallAnswer {
  readonly call_id: string;
  readonly result: ToolResult;
}

export interface Me {
  readonly tenant: { readonly id: string; readonly slug: string; readonly name: string };
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
  readonly role: string;
  readonly permissions: readonly string[];
}

export interface ApiKey {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  /** The first characters of the key, to recognise it. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  /** Slug of the workspace that its calls are made in. */
  readonly workspace: string;
  /** Calls of tools in a minute, over all processes of the server; null: no bound of its own. */
  readonly calls_per_minute: number | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

export interface ApiKeyList {
  readonly keys: readonly ApiKey[];
}

export interface NewApiKeyBody {
  readonly name: string;
  /** Permissions; without it, all that the role has. */
  readonly scopes?: readonly string[];
  readonly expires_at?: string;
  readonly calls_per_minute?: number;
  /** Slug of the workspace that its calls are made in; without it, that of the key which makes it, else `main`. */
  readonly workspace?: string;
  /** Whose key; without it, the caller's own. Needs `members.write`: a service account, or a member who never came in. */
  readonly user_id?: string;
}

export interface NewApiKey {
  readonly key: ApiKey;
  /** The key itself: shown once, stored only as a hash. */
  readonly secret: string;
}

export interface Member {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  /** A service account has keys and never signs in. */
  readonly kind: 'person' | 'service';
  readonly created_at: string;
}

export interface MemberList {
  readonly members: readonly Member[];
}

export interface NewMemberBody {
  readonly email: string;
  readonly name: string;
  readonly role: string;
}

export interface NewServiceAccountBody {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly role: 'admin' | 'builder' | 'member';
}

/** An invitation that can still be accepted. */
export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  /** Null: the operator. */
  readonly invited_by: string | null;
  readonly created_at: string;
  readonly expires_at: string;
}

export interface InvitationList {
  readonly invitations: readonly Invitation[];
}

export interface NewInvitationBody {
  readonly email: string;
  /** Taken when nobody has this address yet; without it, the address. */
  readonly name?: string;
  /** Without it, of a member their own role, else `member`. */
  readonly role?: string;
}

export interface NewInvitation {
  readonly invitation: Invitation;
  /** For the browser of the invited person: shown once, works once. */
  readonly url: string;
}

export interface Workspace {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly created_at: string;
}

export interface WorkspaceList {
  readonly workspaces: readonly Workspace[];
}

/** A browser that is signed in. */
export interface Session {
  readonly id: string;
  readonly user_id: string;
  readonly via: 'password' | 'sso' | 'invitation';
  readonly created_at: string;
  readonly last_seen_at: string;
  readonly expires_at: string;
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

export interface SessionList {
  readonly sessions: readonly Session[];
}

/** One call in the audit. */
export interface CallRecord {
  /** UUIDv7 of the call; its time orders the list. */
  readonly id: string;
  /** The place in the audit's chain, which holds calls and changes; 0: from before there was one. */
  readonly seq: number;
  readonly started_at: string;
  readonly duration_ms: number;
  /** The way in: `rest`, `mcp`, `toolbox`. */
  readonly surface: string;
  readonly user_id: string;
  /** How the request proved itself, and the id of that key or session. */
  readonly via: 'api_key' | 'session';
  readonly via_id: string;
  /** The name as asked for, cut to 200 characters; it may not exist. */
  readonly tool: string;
  readonly tool_version: string | null;
  /** HMAC-SHA-256 (hex) of the canonical JSON of the arguments, with a key of the tenant. */
  readonly arguments_digest: string;
  /** The credential that was used, and the rule of its choice. */
  readonly credential_id: string | null;
  readonly rule: PlanRule | null;
  /** What the call waits for, or the approval that it used up. */
  readonly interaction_id: string | null;
  readonly outcome: 'ok' | 'error' | 'interaction';
  readonly error_code: string | null;
  readonly result_rows: number | null;
  readonly truncated: boolean;
}

export interface CallList {
  readonly calls: readonly CallRecord[];
  /** Send as `before` to go on; absent on the last page. */
  readonly next?: string;
}

/** One change to what a tenant has. `user_id` and `via_id` are null for what the operator did, and for failed sign-ins. */
export interface ChangeRecord {
  readonly id: string;
  /** The place in the audit's chain, which holds calls and changes; 0: from before there was one. */
  readonly seq: number;
  readonly at: string;
  readonly user_id: string | null;
  /** `server`: nobody asked for it, such as a provider that takes a grant back. */
  readonly via: 'api_key' | 'session' | 'operator' | 'sign_in' | 'server';
  readonly via_id: string | null;
  readonly action: ChangeAction;
  /** Id of what was changed. */
  readonly target_id: string;
}

export interface ChangeList {
  readonly changes: readonly ChangeRecord[];
  /** Send as `before` to go on; absent on the last page. */
  readonly next?: string;
}

/** The last record of the audit: with it, nobody can take away what came before without being found out. */
export interface AuditHead {
  /** Its place; 0 when nothing is recorded. */
  readonly seq: number;
  /** SHA-256 (hex) over its record and all before it. */
  readonly hash: string;
}

/** What of the audit an export holds; without anything, all. */
export interface AuditRange {
  /** Places, both included. */
  readonly from_seq?: number;
  readonly to_seq?: number;
  /** Times: from the first record at or after `from` to the last one before `to`, and whatever stands between them. */
  readonly from?: string;
  readonly to?: string;
}

/** A source, a tool or a toolset that the tenant has defined over the API. */
export interface DefinitionSummary {
  readonly entity: 'source' | 'tool' | 'toolset';
  readonly name: string;
  /** Its `kind`; null of a toolset. */
  readonly type: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** Id of the person. */
  readonly updated_by: string;
  /** What is wrong with it now: a name that something of the server has taken since, for example. */
  readonly faults: readonly Fault[];
}

export interface Definition extends DefinitionSummary {
  /** As a tool file has them, without the name. */
  readonly fields: JsonObject;
}

export interface DefinitionList {
  readonly definitions: readonly DefinitionSummary[];
}

/** Fields by name, as in a tool file. */
export interface DefinitionsBody {
  readonly sources?: Readonly<Record<string, JsonObject>>;
  readonly tools?: Readonly<Record<string, JsonObject>>;
  readonly toolsets?: Readonly<Record<string, JsonObject>>;
}

export interface DefinitionsCheck {
  /** Whether the caller could save them. */
  readonly ok: boolean;
  readonly faults: readonly Fault[];
  /** What would be left out, such as operations that cannot be called. */
  readonly warnings: readonly Fault[];
  /** What needs the permission `tools.approve` to be saved, and why. */
  readonly to_approve: readonly string[];
}

export interface SavedDefinition {
  readonly entity: string;
  readonly name: string;
  readonly warnings: readonly Fault[];
}

export interface SourceList {
  readonly sources: readonly { readonly name: string; readonly type: string; readonly status: 'ok' | 'unavailable' }[];
  /** What of the configuration could not be used. */
  readonly failed: readonly { readonly entity: string; readonly name: string; readonly faults: readonly Fault[] }[];
  /** Files whose new text is not used because of these faults; their last good text still counts. */
  readonly held: readonly { readonly file: string; readonly faults: readonly Fault[] }[];
}

/** The tools of another MCP server that a source mirrors. */
export interface Mirror {
  readonly source: string;
  /** Whose source it is: in the files of this server for everybody, or the tenant's own. */
  readonly of: 'server' | 'tenant';
  readonly looked_at: string | null;
  readonly tools: readonly MirroredTool[];
  /** What cannot be a tool here, and why. */
  readonly refused: readonly { readonly name: string; readonly problem: string }[];
}

export interface MirroredTool {
  /** The server's own name. */
  readonly name: string;
  /** `quarantined`: new or changed, and not approved; `gone`: accepted, and the server has it no more. */
  readonly state: 'ok' | 'quarantined' | 'gone';
  /** Of what was accepted. */
  readonly hash: string | null;
  readonly accepted: JsonObject | null;
  /** Of what was seen instead. */
  readonly seen_hash: string | null;
  readonly seen: JsonObject | null;
  /** Fields of the definition that differ; none though the hashes do: only what cannot be seen. */
  readonly changed: readonly string[];
}

export interface Health {
  readonly status: 'ok';
}

export interface Readiness {
  readonly status: 'ready' | 'not_ready';
  readonly checks: {
    readonly database: 'ok' | 'unavailable';
    readonly audit: 'ok' | 'unavailable';
    readonly stopping: boolean;
  };
}

/** What can be changed in a tenant, and what of it is worth a record though nothing changed. */
export const changeActions = [
  'tenant-created',
  'tenant-renamed',
  'tenant-suspended',
  'tenant-resumed',
  'workspace-created',
  'workspace-deleted',
  'member-created',
  'member-changed',
  'member-removed',
  'service-account-created',
  'invitation-created',
  'invitation-revoked',
  'invitation-accepted',
  'password-set',
  'signed-in',
  'sign-in-failed',
  'signed-out',
  'session-ended',
  'sign-on-created',
  'sign-on-deleted',
  'key-created',
  'key-revoked',
  'variable-set',
  'variable-deleted',
  'credential-created',
  'credential-changed',
  'credential-connected',
  'credential-refreshed',
  'credential-broken',
  'credential-deleted',
  'credential-refused',
  'choice-made',
  'choice-forgotten',
  'oauth-client-created',
  'oauth-client-deleted',
  'grant-revoked',
  'interaction-resolved',
  'interaction-refused',
  'handoff-started',
  'handoff-finished',
  'handoff-cancelled',
  'handoff-refused',
  'webhook-secret-made',
  'webhook-secret-rotated',
  'policy-set',
  'policy-deleted',
  'definition-saved',
  'definition-deleted',
  'signing-secret-made',
  'signing-secret-deleted',
  'mirror-looked',
  'mirror-approved',
  'audit-exported',
  'pack-enabled',
  'pack-disabled',
  'pack-configured',
  'file-saved',
  'file-linked',
  'file-deleted',
] as const;

export type ChangeAction = (typeof changeActions)[number];
