// The tables as types. The truth is migrations/*.sql; a test compares the two with the catalogue of a real database.
import type { CallRecord, ChangeRecord } from '@toolcrib/client';
import type { Generated } from 'kysely';

/** Columns of type timestamptz. */
type Time = Date;

export interface TenantTable {
  /** This is the tenant_id of every other table. */
  readonly id: string;
  /** Short name in URLs and on the command line; the one unique index across tenants. */
  readonly slug: string;
  readonly name: string;
  readonly created_at: Generated<Time>;
}

export interface WorkspaceTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly slug: string;
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
  readonly role: 'owner' | 'admin' | 'builder' | 'member';
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
}

/** One call. Written by the ledger's role only, never changed; partitioned by month on the time in the UUIDv7 `id`. */
export interface AuditCallTable extends Omit<CallRecord, 'started_at'> {
  readonly tenant_id: string;
  readonly started_at: Time;
}

/** One change to people or keys, written in its transaction; null ids: the operator. */
export interface AuditChangeTable extends Omit<ChangeRecord, 'at'> {
  readonly tenant_id: string;
  readonly at: Time;
}

export interface Schema {
  readonly tenant: TenantTable;
  readonly workspace: WorkspaceTable;
  readonly app_user: AppUserTable;
  readonly member: MemberTable;
  readonly api_key: ApiKeyTable;
  readonly audit_call: AuditCallTable;
  readonly audit_change: AuditChangeTable;
}
