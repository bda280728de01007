// The tables as types. The truth is migrations/*.sql; a test compares the two with the catalogue of a real database.
import type { CallRecord, ChangeRecord, JsonObject, JsonValue } from '@toolcrib/client';
import type { ColumnType, Generated } from 'kysely';
import type {
  ApprovalPolicyTable,
  HandoffDeliveryTable,
  HandoffLogTable,
  HandoffTable,
  InteractionTable,
  WebhookDeliveryTable,
  WebhookSecretTable,
} from './interaction-tables.ts';

/** Columns of type timestamptz. */
type Time = Date;
type Role = 'owner' | 'admin' | 'builder' | 'member';

export interface TenantTable {
  /** This is the tenant_id of every other table. */
  readonly id: string;
  /** Short name in URLs and on the command line; the one unique index across tenants. */
  readonly slug: string;
  readonly name: string;
  readonly created_at: Generated<Time>;
  /** Set: nobody of the tenant can do anything. */
  readonly suspended_at: Time | null;
  /** Grows with every change that matters to whose credential a call uses. */
  readonly credential_epoch: Generated<string>;
  /** Grows with every change that matters to which tools the tenant has. */
  readonly catalogue_epoch: Generated<string>;
}

/** A source, tool or toolset that a tenant has defined over the API. */
export interface DefinitionTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly entity: 'source' | 'tool' | 'toolset';
  readonly name: string;
  /** The fields as a tool file has them, without the name. */
  readonly body: JsonObject;
  readonly created_at: Time;
  readonly updated_at: Time;
  readonly updated_by: string;
}

/** Written as text: an array would be taken for one of the database's own. */
type JsonList = ColumnType<readonly JsonObject[], string, string>;

/** What was accepted and seen of a server whose tools are mirrored. */
export interface MirrorTable {
  readonly tenant_id: string;
  readonly id: string;
  /** Name of the source. */
  readonly source: string;
  readonly identity: string;
  readonly tools: JsonList;
  readonly refused: JsonList;
  readonly looked_at: Time;
}

/** The same of servers in the operator's files, for every tenant. */
export interface SystemMirrorTable {
  readonly source: string;
  readonly identity: string;
  readonly tools: JsonList;
  readonly refused: JsonList;
  readonly looked_at: Time;
  readonly version: string;
  /** Until then no other process has to look. */
  readonly next_look_at: Time;
}

export interface WorkspaceTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly slug: string;
  readonly name: Generated<string>;
  readonly created_at: Generated<Time>;
}

/** A person, the same in every tenant. Made by `ensure_user` only; seen only by tenants the person is a member of. */
export interface AppUserTable {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly created_at: Generated<Time>;
}

export interface MemberTable {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly role: Role;
  /** A service account has keys and never signs in. */
  readonly kind: Generated<'person' | 'service'>;
  readonly created_at: Generated<Time>;
}

export interface ApiKeyTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  /** The first characters of the key, to recognise it. */
  readonly prefix: string;
  /** SHA-256 of the key's text. */
  readonly key_hash: Buffer;
  readonly scopes: string[];
  readonly created_at: Generated<Time>;
  readonly expires_at: Time | null;
  readonly last_used_at: Time | null;
  readonly revoked_at: Time | null;
  readonly calls_per_minute: number | null;
  /** Null: the operator. */
  readonly made_by: string | null;
  /** Where its calls are made; null: `main`. */
  readonly workspace_id: string | null;
}

/** One call. Written by the ledger's role only, never changed; partitioned by month on the time in the UUIDv7 `id`. */
export interface AuditCallTable extends Omit<CallRecord, 'started_at' | 'seq'>, Link {
  readonly tenant_id: string;
  readonly started_at: Time;
}

/** One change to what a tenant has, written in its transaction and linked at its end. */
export interface AuditChangeTable extends Omit<ChangeRecord, 'at' | 'seq'>, Link {
  readonly tenant_id: string;
  readonly at: Time;
  /** SHA-256 of the record's text. */
  readonly digest: Buffer;
}

/** The place of a record in its tenant's chain, given by the database. */
interface Link {
  /** 0: not in the chain. */
  readonly seq: Generated<string>;
  readonly hash: Generated<Buffer>;
}

/** The last record of a tenant's chain. Only functions of the database write it. */
export interface AuditHeadTable {
  readonly tenant_id: string;
  readonly seq: string;
  readonly hash: Buffer;
}

/** A password opens one tenant. */
export interface PasswordTable {
  readonly tenant_id: string;
  readonly user_id: string;
  /** PHC string. */
  readonly hash: string;
  readonly changed_at: Time;
}

export interface SessionTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly user_id: string;
  /** SHA-256 of the cookie's text. */
  readonly token_hash: Buffer;
  readonly via: 'password' | 'sso' | 'invitation';
  readonly created_at: Time;
  readonly last_seen_at: Time;
  readonly expires_at: Time;
  readonly ended_at: Time | null;
}

export interface InvitationTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly token_hash: Buffer;
  /** Null: the operator. */
  readonly invited_by: string | null;
  readonly created_at: Time;
  readonly expires_at: Time;
  readonly accepted_at: Time | null;
  readonly revoked_at: Time | null;
}

/** Single sign-on of a tenant. Its secret is in the vault under its id. */
export interface SignOnTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly domains: string[];
  readonly role: 'builder' | 'member';
  readonly created_at: Time;
}

export interface SignOnFlowTable {
  readonly tenant_id: string;
  readonly state_hash: Buffer;
  readonly sign_on_id: string;
  readonly browser_hash: Buffer;
  readonly sealed: Buffer;
  readonly redirect_uri: string;
  readonly return_to: string;
  readonly expires_at: Time;
}

export interface SignOnSubjectTable {
  readonly tenant_id: string;
  readonly sign_on_id: string;
  readonly subject: string;
  readonly user_id: string;
}

export interface UseCountTable {
  readonly tenant_id: string;
  readonly subject: string;
  readonly window_at: Time;
  readonly used: number;
}

/** The key that seals a tenant's secrets, wrapped by a master key. */
export interface DataKeyTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly master_key_id: string;
  readonly wrapped: Buffer;
  readonly created_at: Time;
}

export interface SecretTable {
  readonly tenant_id: string;
  /** Id of the record that it belongs to. */
  readonly record_id: string;
  readonly field: string;
  readonly sealed: Buffer;
}

export interface VariableTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly name: string;
  /** Null: the tenant's. */
  readonly user_id: string | null;
  readonly created_at: Time;
  readonly updated_at: Time;
}

/** A file of a person. */
export interface StoredFileTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly sha256: Buffer;
  /** Null: uploaded. */
  readonly tool: string | null;
  readonly call_id: string | null;
  readonly created_at: Time;
  readonly expires_at: Time | null;
}

export interface StoredFileChunkTable {
  readonly tenant_id: string;
  readonly file_id: string;
  /** From zero on. */
  readonly place: number;
  readonly bytes: Buffer;
}

type Options = Readonly<Record<string, string>>;

export interface OauthClientTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  readonly client_id: string;
  readonly options: Options;
  /** Set: only for the credential that this person connects with it. */
  readonly user_id: string | null;
  readonly created_at: Time;
}

export interface CredentialTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly name: string;
  readonly system: string;
  readonly strategy: 'token' | 'username_password' | 'oauth2' | 'custom';
  readonly scope: 'private' | 'shared';
  readonly user_id: string;
  readonly status: 'ok' | 'expired' | 'needs_reconnect' | 'revoked';
  readonly reason: string | null;
  readonly version: Generated<number>;
  readonly account: string | null;
  readonly provider: string | null;
  readonly oauth_client_id: string | null;
  readonly options: Generated<Options>;
  readonly granted_scopes: string[] | null;
  readonly expires_at: Time | null;
  readonly refresh_owner: string | null;
  readonly refresh_until: Time | null;
  readonly refresh_in_doubt: Generated<boolean>;
  readonly created_at: Time;
  readonly updated_at: Time;
  readonly last_used_at: Time | null;
}

export interface CredentialChoiceTable {
  readonly tenant_id: string;
  readonly user_id: string;
  /** Empty outside an agent. */
  readonly agent: Generated<string>;
  readonly tool: string;
  readonly credential_id: string;
  readonly chosen_at: Time;
}

export interface OauthFlowTable {
  readonly tenant_id: string;
  readonly state_hash: Buffer;
  readonly kind: 'code' | 'device';
  readonly user_id: string;
  readonly session_id: string | null;
  readonly interaction_id: string | null;
  readonly provider: string;
  readonly oauth_client_id: string | null;
  readonly options: Options;
  readonly sealed: Buffer;
  readonly redirect_uri: string;
  readonly return_to: string;
  readonly name: string;
  readonly system: string;
  readonly scope: 'private' | 'shared';
  readonly scopes: string[];
  readonly credential_id: string | null;
  readonly created_at: Time;
  readonly expires_at: Time;
  readonly taken_at: Time | null;
}

/** A grant whose credential is gone, until it is ended at its provider too. */
export interface EndedGrantTable {
  readonly tenant_id: string;
  /** Id of the credential. */
  readonly id: string;
  readonly system: string;
  readonly provider: string | null;
  readonly account: string | null;
  readonly user_id: string;
  readonly oauth_client_id: string | null;
  readonly client_id: string | null;
  readonly client_options: Options;
  readonly options: Options;
  readonly expires_at: Time | null;
  readonly ended_at: Time;
  readonly tries: Generated<number>;
  readonly next_at: Time;
}

export interface RevocationReceiptTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly credential_id: string;
  readonly system: string;
  readonly provider: string | null;
  readonly account: string | null;
  readonly user_id: string;
  readonly outcome: 'dead' | 'alive' | 'unknown' | 'nothing_to_revoke';
  readonly instructions: string | null;
  readonly at: Time;
}

/** Settings of a pack that a tenant, or one of its workspaces, has given; and whether the tenant has turned it on. */
export interface PackSettingTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly code: string;
  /** Null: the tenant's own row. */
  readonly workspace_id: string | null;
  readonly enabled: boolean;
  readonly connection_type: 'local' | 'remote';
  readonly remote_cluster_url: string | null;
  readonly remote_connection_id: string | null;
  /** Of the fields that are no secrets. */
  readonly field_values: JsonObject;
  readonly updated_at: Time;
}

/** What the operator has set for every tenant: either a value, or what it is sealed as. */
export interface PackSystemSettingTable {
  readonly code: string;
  readonly field: string;
  readonly value: JsonValue | null;
  readonly sealed: Buffer | null;
  readonly updated_at: Time;
}

/** The operator's data key; one row. */
export interface SystemKeyTable {
  readonly only_one: boolean;
  readonly id: string;
  readonly master_key_id: string;
  readonly wrapped: Buffer;
  readonly created_at: Time;
}

export interface Schema {
  readonly tenant: TenantTable;
  readonly workspace: WorkspaceTable;
  readonly app_user: AppUserTable;
  readonly member: MemberTable;
  readonly api_key: ApiKeyTable;
  readonly password: PasswordTable;
  readonly session: SessionTable;
  readonly invitation: InvitationTable;
  readonly sign_on: SignOnTable;
  readonly sign_on_flow: SignOnFlowTable;
  readonly sign_on_subject: SignOnSubjectTable;
  readonly use_count: UseCountTable;
  readonly data_key: DataKeyTable;
  readonly secret: SecretTable;
  readonly variable: VariableTable;
  readonly oauth_client: OauthClientTable;
  readonly credential: CredentialTable;
  readonly credential_choice: CredentialChoiceTable;
  readonly oauth_flow: OauthFlowTable;
  readonly ended_grant: EndedGrantTable;
  readonly revocation_receipt: RevocationReceiptTable;
  readonly interaction: InteractionTable;
  readonly approval_policy: ApprovalPolicyTable;
  readonly handoff: HandoffTable;
  readonly handoff_log: HandoffLogTable;
  readonly handoff_delivery: HandoffDeliveryTable;
  readonly webhook_secret: WebhookSecretTable;
  readonly webhook_delivery: WebhookDeliveryTable;
  readonly definition: DefinitionTable;
  readonly mirror: MirrorTable;
  readonly system_mirror: SystemMirrorTable;
  readonly pack_setting: PackSettingTable;
  readonly pack_system_setting: PackSystemSettingTable;
  readonly system_key: SystemKeyTable;
  readonly stored_file: StoredFileTable;
  readonly stored_file_chunk: StoredFileChunkTable;
  readonly audit_call: AuditCallTable;
  readonly audit_change: AuditChangeTable;
  readonly audit_head: AuditHeadTable;
}
