// Writes call records: one statement with one parameter, however many there are.
import type { Store } from '../store/store.ts';
import type { CallRecord } from './audit.ts';

const insert = `
  insert into audit_call (
    tenant_id, id, started_at, duration_ms, surface, user_id, via, via_id, tool, tool_version,
    arguments_digest, credential_id, rule, interaction_id, outcome, error_code, result_rows, truncated
  )
  select
    tenant_id, id, to_timestamp(started_at / 1000), duration_ms, surface, user_id, via, via_id, tool, tool_version,
    arguments_digest, credential_id, rule, interaction_id, outcome, error_code, result_rows, truncated
  from json_to_recordset($1::json) as call (
    tenant_id uuid, id uuid, started_at double precision, duration_ms double precision, surface text,
    user_id uuid, via text, via_id uuid, tool text, tool_version text,
    arguments_digest text, credential_id uuid, rule text, interaction_id uuid, outcome text, error_code text, result_rows integer, truncated boolean
  )
  on conflict do nothing`;

/** Adds the records; those that are there already stay as they are, so that a retry is harmless. */
export async function insertCalls(store: Store, records: readonly CallRecord[]): Promise<void> {
  const json = JSON.stringify(records.map((record) => storable(record)));
  await store.asLedger({ name: 'toolcrib_insert_calls', text: insert, values: [json] });
}

/** The name of the tool is the caller's text; PostgreSQL keeps neither NUL nor half of a surrogate pair. */
function storable(record: CallRecord): CallRecord {
  const { tool } = record;
  if (tool.isWellFormed() && !tool.includes('\0')) return record;
  return { ...record, tool: tool.toWellFormed().replaceAll('\0', '\uFFFD') };
}
