// GET /v1/audit/export: the audit of the tenant with its chain, as JSON Lines that can be verified without this server.
import type { AuditRange } from '@toolcrib/client';
import { z } from 'zod';
import { actorOf } from '../../identity/principal.ts';
import { recordChange } from '../../ledger/changes.ts';
import { exportAudit as linesOf } from '../../ledger/export-audit.ts';
import { TextStream } from '../http.ts';
import type { Operation } from './operation.ts';
import { instant } from './schemas.ts';

const place = z.coerce.number().int().min(1);
const query = z.strictObject({
  from_seq: place.exactOptional().describe('The first place'),
  to_seq: place.exactOptional().describe('The last place'),
  from: instant.exactOptional().describe('Begin with the first record at or after this time'),
  to: instant.exactOptional().describe('End with the last record before this time'),
}) satisfies z.ZodType<AuditRange>;

export const exportAudit: Operation<z.output<typeof query>, unknown, string> = {
  id: 'exportAudit',
  method: 'GET',
  path: '/v1/audit/export',
  summary: 'Export the audit of the tenant with its chain, oldest first; `toolcrib audit verify` verifies it',
  guard: { kind: 'permission', permission: 'audit.read' },
  audit: { kind: 'change' },
  params: {},
  query,
  output: z.string(),
  media_type: 'application/jsonl',
  errors: [],
  handle: async ({ principal, query: range }, deps) => {
    const { tenant_id } = principal;
    const change = { tenant_id, actor: actorOf(principal), action: 'audit-exported', target_id: tenant_id } as const;
    await deps.store.inTenant(tenant_id, (db) => recordChange(db, deps, change));
    return new TextStream('application/jsonl', linesOf(deps.store, tenant_id, range));
  },
};
