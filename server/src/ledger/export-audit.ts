// The audit of a tenant as lines of text, in the order of its chain: a first line that says what follows, one line per
// record, a last line with the head. All that is needed to verify it is in it. Reads page by page, in one transaction
// each, so that neither memory nor a transaction grows with the audit or waits for a slow reader.
import type { AuditHead, AuditRange } from '@toolcrib/client';
import { sql } from 'kysely';
import { limits } from '../base/limits.ts';
import { lowestId } from '../store/partitions.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import { changeOf } from './changes.ts';
import { callOf } from './list-calls.ts';
import { callFields, changeFields } from './record-text.ts';

/** The first line of an export. */
export interface ExportStart {
  /** Version of the form of these lines. */
  readonly toolcrib_audit: 1;
  readonly tenant_id: string;
  /** The record before the first one: `hash` is null when it is gone. Place 0 has the hash of zeros. */
  readonly after: { readonly seq: number; readonly hash: string | null };
  /** The place of the last record that follows. */
  readonly through: number;
}

/** The last line: the head of the whole audit when the export began. */
export interface ExportEnd {
  readonly head: AuditHead;
}

/** The hash before the first record. */
export const zeroHash = '0'.repeat(64);

/** The last record of the tenant's audit. */
export async function readAuditHead(store: Store, tenant_id: string): Promise<AuditHead> {
  return store.inTenant(tenant_id, (db) => headOf(db, tenant_id));
}

/** The lines, each with its line feed, a page of them at once. */
export async function* exportAudit(store: Store, tenant_id: string, range: AuditRange): AsyncGenerator<string> {
  const { head, start } = await store.inTenant(tenant_id, (db) => startOf(db, tenant_id, range));
  yield lineOf(start);
  for (let after = start.after.seq; after < start.through; after += limits.audit_export_page) {
    const last = Math.min(after + limits.audit_export_page, start.through);
    const records = await store.inTenant(tenant_id, (db) => readRecords(db, tenant_id, { after, last }));
    if (records.length > 0) yield records.map(({ line }) => line).join('');
  }
  yield lineOf({ head } satisfies ExportEnd);
}

function lineOf(value: ExportStart | ExportEnd): string {
  return `${JSON.stringify(value)}\n`;
}

async function headOf(db: Database, tenant_id: string): Promise<AuditHead> {
  const { seq, hash } = await db
    .selectFrom('audit_head')
    .select(['seq', 'hash'])
    .where('tenant_id', '=', tenant_id)
    .executeTakeFirstOrThrow();
  return { seq: Number(seq), hash: hash.toString('hex') };
}

async function startOf(
  db: Database,
  tenant_id: string,
  range: AuditRange,
): Promise<{ readonly head: AuditHead; readonly start: ExportStart }> {
  const head = await headOf(db, tenant_id);
  const times = await placesOfTimes(db, tenant_id, range);
  const first = Math.max(1, range.from_seq ?? 1, times.first ?? head.seq + 1);
  const through = Math.min(head.seq, range.to_seq ?? head.seq, times.last ?? 0);
  const before = Math.min(first, head.seq + 1) - 1;
  const hash = before === 0 ? zeroHash : await hashAt(db, tenant_id, before);
  const after = { seq: before, hash };
  return { head, start: { toolcrib_audit: 1, tenant_id, after, through: Math.max(before, through) } };
}

/** The first and the last place of the records of a time; undefined when there is none. */
async function placesOfTimes(
  db: Database,
  tenant_id: string,
  { from, to }: AuditRange,
): Promise<{ readonly first: number | undefined; readonly last: number | undefined }> {
  if (from === undefined && to === undefined) return { first: 1, last: Number.MAX_SAFE_INTEGER };
  const lowest = lowestId(from === undefined ? 0 : Math.max(0, Date.parse(from)));
  const highest = to === undefined ? 'ffffffff-ffff-ffff-ffff-ffffffffffff' : lowestId(Math.max(0, Date.parse(to)));
  // An id begins with its time. The addition keeps the planner from walking all places in their order instead.
  const found = await sql<{ first: string | null; last: string | null }>`
    select min(seq + 0) as first, max(seq + 0) as last
    from (
      select seq from audit_call where tenant_id = ${tenant_id} and id >= ${lowest} and id < ${highest} and seq > 0
      union all
      select seq from audit_change where tenant_id = ${tenant_id} and id >= ${lowest} and id < ${highest} and seq > 0
    ) as record`.execute(db);
  const { first, last } = found.rows[0] ?? { first: null, last: null };
  return {
    first: first === null ? undefined : from === undefined ? 1 : Number(first),
    last: last === null ? undefined : to === undefined ? Number.MAX_SAFE_INTEGER : Number(last),
  };
}

async function hashAt(db: Database, tenant_id: string, seq: number): Promise<string | null> {
  const found = await sql<{ hash: Buffer }>`
    select hash from audit_call where tenant_id = ${tenant_id} and seq = ${seq}
    union all
    select hash from audit_change where tenant_id = ${tenant_id} and seq = ${seq}
    limit 1`.execute(db);
  return found.rows[0]?.hash.toString('hex') ?? null;
}

interface Line {
  readonly seq: number;
  readonly line: string;
}

async function readRecords(
  db: Database,
  tenant_id: string,
  { after, last }: { readonly after: number; readonly last: number },
): Promise<readonly Line[]> {
  const places = [String(after), String(last)] as const;
  const calls = await db
    .selectFrom('audit_call')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('seq', '>', places[0])
    .where('seq', '<=', places[1])
    .orderBy('seq')
    .limit(limits.audit_export_page)
    .execute();
  const changes = await db
    .selectFrom('audit_change')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('seq', '>', places[0])
    .where('seq', '<=', places[1])
    .orderBy('seq')
    .limit(limits.audit_export_page)
    .execute();
  return [
    ...calls.map((row) => recordLine(row, callFields(callOf(row)))),
    ...changes.map((row) => recordLine(row, changeFields(changeOf(row)))),
  ].sort((a, b) => a.seq - b.seq);
}

function recordLine({ seq, hash }: { readonly seq: string; readonly hash: Buffer }, fields: object): Line {
  const line = `{"seq":${seq},"hash":"${hash.toString('hex')}","record":${JSON.stringify(fields)}}\n`;
  return { seq: Number(seq), line };
}
