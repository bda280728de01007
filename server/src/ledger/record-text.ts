// The text of a record: what its digest in the chain is made of, what an export shows, and what is sent to the database.
// One form for all three. Permanent: a field that comes later goes to the end and is left out where it is null.
import type { CallRecord } from './audit.ts';
import type { ChangeRecord } from './changes.ts';

/** The fields of a call's text, in its order: `JSON.stringify` of this is the text. */
export function callFields(record: CallRecord) {
  return {
    form: 1,
    kind: 'call',
    tenant_id: record.tenant_id,
    id: record.id,
    started_at: new Date(record.started_at).toISOString(),
    duration_ms: record.duration_ms,
    surface: record.surface,
    user_id: record.user_id,
    via: record.via,
    via_id: record.via_id,
    tool: storable(record.tool),
    tool_version: record.tool_version,
    arguments_digest: record.arguments_digest,
    credential_id: record.credential_id,
    rule: record.rule,
    interaction_id: record.interaction_id,
    outcome: record.outcome,
    error_code: record.error_code,
    result_rows: record.result_rows,
    truncated: record.truncated,
  } as const;
}

/** The same of a change. */
export function changeFields(record: ChangeRecord) {
  return {
    form: 1,
    kind: 'change',
    tenant_id: record.tenant_id,
    id: record.id,
    at: new Date(record.at).toISOString(),
    user_id: record.user_id,
    via: record.via,
    via_id: record.via_id,
    action: record.action,
    target_id: record.target_id,
  } as const;
}

/** The name of the tool is the caller's text; PostgreSQL keeps neither NUL nor half of a surrogate pair. */
function storable(tool: string): string {
  if (tool.isWellFormed() && !tool.includes('\0')) return tool;
  return tool.toWellFormed().replaceAll('\0', '\uFFFD');
}
