// Records for the audit's tests, and exports as text.
import { randomIds } from '../../server/src/base/ids.ts';
import type { CallRecord } from '../../server/src/ledger/audit.ts';
import { exportAudit } from '../../server/src/ledger/export-audit.ts';
import { splitLines } from '../../server/src/ledger/split-lines.ts';
import type { Store } from '../../server/src/store/store.ts';

/** A call of the tenant. */
export function callOf(tenant_id: string, more: Partial<CallRecord> = {}): CallRecord {
  return {
    id: randomIds.uuid(),
    tenant_id,
    started_at: 1_700_000_000_123,
    duration_ms: 12.345,
    surface: 'rest',
    user_id: randomIds.uuid(),
    via: 'api_key',
    via_id: randomIds.uuid(),
    credential_id: null,
    rule: null,
    interaction_id: null,
    tool: 'search',
    tool_version: 'v1',
    arguments_digest: 'a'.repeat(64),
    outcome: 'ok',
    error_code: null,
    result_rows: 3,
    truncated: false,
    ...more,
  };
}

/** The whole export. */
export async function exportText(
  store: Store,
  tenant_id: string,
  range: Parameters<typeof exportAudit>[2] = {},
): Promise<string> {
  let text = '';
  for await (const part of exportAudit(store, tenant_id, range)) text += part;
  return text;
}

/** Its lines, as the verifier gets them from a file. */
export async function* exportLines(text: string): AsyncGenerator<string | undefined> {
  yield* splitLines(new Blob([text]).stream());
}
