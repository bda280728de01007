// Files of a tenant in its database: saved, listed, read, deleted. Each belongs to a person and is unknown to everybody else.
import { hash } from 'node:crypto';
import { expressionBuilder, sql } from 'kysely';
import type { ExpressionWrapper, SqlBool } from 'kysely';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Schema } from '../store/schema.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import { fileName, nameProblem } from './file-name.ts';
import { safeMediaType } from './media-type.ts';

/** A file without its bytes. Times in milliseconds since 1970. */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
  /** In hex. */
  readonly sha256: string;
  /** The tool that has saved it; null: uploaded. */
  readonly tool: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
}

export interface FileOwner {
  readonly tenant_id: string;
  readonly user_id: string;
}

export interface NewFile {
  readonly name: string;
  readonly content: Uint8Array;
  /** As whoever saves it says; what would be dangerous to serve becomes `application/octet-stream`. */
  readonly media_type?: string | undefined;
  /** From now on; kept until it is deleted when absent. */
  readonly expires_in_ms?: number | undefined;
  readonly saved_by?: { readonly tool: string; readonly call_id: string };
}

/** Throws `file_refused`: its name, its size, or too many are there. */
export async function saveFile(
  deps: IdentityDeps,
  { owner, actor, file }: { readonly owner: FileOwner; readonly actor: Actor; readonly file: NewFile },
): Promise<StoredFile> {
  const { tenant_id, user_id } = owner;
  const { content, saved_by } = file;
  const name = fileName(file.name);
  if (name === undefined) throw refused(nameProblem(file.name) ?? '');
  if (content.byteLength > limits.file_bytes) throw refused(`it is larger than ${limits.file_bytes} bytes`);
  const id = deps.ids.uuid();
  const now = deps.clock.now();
  const row = {
    ...{ tenant_id, id, user_id, name },
    media_type: safeMediaType(file.media_type, content),
    size_bytes: content.byteLength,
    sha256: hash('sha256', content, 'buffer'),
    tool: saved_by?.tool ?? null,
    call_id: saved_by?.call_id ?? null,
    created_at: new Date(now),
    expires_at: file.expires_in_ms === undefined ? null : new Date(now + file.expires_in_ms),
  };
  await deps.store.inTenant(tenant_id, async (db) => {
    await refuseTooMuch(db, { owner, now, size_bytes: row.size_bytes });
    await db.insertInto('stored_file').values(row).execute();
    for (let at = 0, place = 0; at < content.byteLength; at += limits.file_chunk_bytes, place += 1) {
      const bytes = Buffer.from(content.subarray(at, at + limits.file_chunk_bytes));
      await db.insertInto('stored_file_chunk').values({ tenant_id, file_id: id, place, bytes }).execute();
    }
    await recordChange(db, deps, { tenant_id, actor, action: 'file-saved', target_id: id });
  });
  return fileOf(row);
}

interface Room {
  readonly owner: FileOwner;
  readonly now: number;
  readonly size_bytes: number;
}

/** One after the other within a tenant, so that files saved at once cannot go past the bounds together. */
async function refuseTooMuch(db: Database, { owner: { tenant_id, user_id }, now, size_bytes }: Room): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`files of ${tenant_id}`}, 0))`.execute(db);
  const stored = await db
    .selectFrom('stored_file')
    .select(({ fn }) => [
      fn.countAll<string>().as('files'),
      fn.sum<string | null>('size_bytes').as('bytes'),
      fn.countAll<string>().filterWhere('user_id', '=', user_id).as('own_files'),
      fn.sum<string | null>('size_bytes').filterWhere('user_id', '=', user_id).as('own_bytes'),
    ])
    .where('tenant_id', '=', tenant_id)
    .where(isKept(now))
    .executeTakeFirstOrThrow();
  const own_bytes = Number(stored.own_bytes ?? 0) + size_bytes;
  if (Number(stored.own_files) >= limits.files_per_person || own_bytes > limits.file_bytes_per_person) {
    throw refused('this person has too many files already');
  }
  const bytes = Number(stored.bytes ?? 0) + size_bytes;
  if (Number(stored.files) >= limits.files_per_tenant || bytes > limits.file_bytes_per_tenant) {
    throw refused('the organisation has too many files already');
  }
}

function refused(problem: string): ToolcribError {
  return new ToolcribError('file_refused', { params: { problem } });
}

const columns = [
  ...(['id', 'name', 'media_type', 'size_bytes', 'sha256'] as const),
  ...(['tool', 'created_at', 'expires_at'] as const),
] as const;

type Row = Readonly<
  Omit<StoredFile, 'sha256' | 'created_at' | 'expires_at'> & {
    readonly sha256: Buffer;
    readonly created_at: Date;
    readonly expires_at: Date | null;
  }
>;

function fileOf({ id, name, media_type, size_bytes, sha256, tool, created_at, expires_at }: Row): StoredFile {
  return {
    ...{ id, name, media_type, size_bytes, tool },
    sha256: Buffer.from(sha256).toString('hex'),
    created_at: created_at.getTime(),
    expires_at: expires_at?.getTime() ?? null,
  };
}

/** A file whose time is over is not there any more, even before it is deleted. */
function isKept(now: number): ExpressionWrapper<Schema, 'stored_file', SqlBool> {
  const eb = expressionBuilder<Schema, 'stored_file'>();
  return eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', new Date(now))]);
}

export interface FileDeps extends Pick<IdentityDeps, 'clock'> {
  readonly store: Store;
}

/** A person's own files, newest first. */
export async function listFiles(
  { store, clock }: FileDeps,
  { owner, limit, before }: { readonly owner: FileOwner; readonly limit: number; readonly before?: string | undefined },
): Promise<readonly StoredFile[]> {
  const { tenant_id, user_id } = owner;
  const rows = await store.inTenant(tenant_id, (db) => {
    const all = db
      .selectFrom('stored_file')
      .select(columns)
      .where('tenant_id', '=', tenant_id)
      .where('user_id', '=', user_id)
      .where(isKept(clock.now()));
    const older = before === undefined ? all : all.where('id', '<', before);
    return older.orderBy('id', 'desc').limit(limit).execute();
  });
  return rows.map((row) => fileOf(row));
}

/** By id, or the newest of a name. Throws `not_found`, also for a file of somebody else. */
export async function getFile(
  { store, clock }: FileDeps,
  { tenant_id, user_id }: FileOwner,
  which: { readonly id: string } | { readonly name: string },
): Promise<StoredFile> {
  const row = await store.inTenant(tenant_id, (db) => {
    const own = db
      .selectFrom('stored_file')
      .select(columns)
      .where('tenant_id', '=', tenant_id)
      .where('user_id', '=', user_id)
      .where(isKept(clock.now()));
    const found = 'id' in which ? own.where('id', '=', which.id) : own.where('name', '=', which.name);
    return found.orderBy('id', 'desc').limit(1).executeTakeFirst();
  });
  if (row === undefined) throw new ToolcribError('not_found');
  return fileOf(row);
}

/** The bytes, one chunk in memory at a time. Throws `not_found` when the file is deleted meanwhile. */
export async function* fileChunks(
  { store }: Pick<FileDeps, 'store'>,
  { tenant_id, id, size_bytes }: { readonly tenant_id: string; readonly id: string; readonly size_bytes: number },
): AsyncGenerator<Buffer> {
  const count = Math.ceil(size_bytes / limits.file_chunk_bytes);
  for (let place = 0; place < count; place += 1) {
    const chunk = await store.inTenant(tenant_id, (db) =>
      db
        .selectFrom('stored_file_chunk')
        .select('bytes')
        .where('tenant_id', '=', tenant_id)
        .where('file_id', '=', id)
        .where('place', '=', place)
        .executeTakeFirst(),
    );
    if (chunk === undefined) throw new ToolcribError('not_found');
    yield Buffer.from(chunk.bytes);
  }
}

/** Its links end with it. Throws `not_found`, also for a file of somebody else. */
export async function deleteFile(
  deps: IdentityDeps,
  actor: Actor,
  { tenant_id, user_id, id }: FileOwner & { readonly id: string },
): Promise<void> {
  await deps.store.inTenant(tenant_id, async (db) => {
    const { numDeletedRows } = await db
      .deleteFrom('stored_file')
      .where('tenant_id', '=', tenant_id)
      .where('user_id', '=', user_id)
      .where('id', '=', id)
      .where(isKept(deps.clock.now()))
      .executeTakeFirst();
    if (numDeletedRows !== 1n) throw new ToolcribError('not_found');
    await recordChange(db, deps, { tenant_id, actor, action: 'file-deleted', target_id: id });
  });
}

/** Whoever asks has a link. Undefined: no such file, or its tenant is suspended. */
export async function findLinked(
  { store, clock }: FileDeps,
  { tenant_id, id }: { readonly tenant_id: string; readonly id: string },
): Promise<StoredFile | undefined> {
  const row = await store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('stored_file')
      .select(columns)
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .where(isKept(clock.now()))
      .where((eb) =>
        eb.exists(eb.selectFrom('tenant').select('id').where('id', '=', tenant_id).where('suspended_at', 'is', null)),
      )
      .executeTakeFirst(),
  );
  return row && fileOf(row);
}
