// GET /v1/audit/calls: the audit of the tenant, newest first, by pages.
import type { CallList } from '@toolcrib/client';
import { z } from 'zod';
import { listCalls as listCallsOf } from '../../ledger/list-calls.ts';
import type { Operation } from './operation.ts';
import { callRecord, id } from './schemas.ts';

const query = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(100).describe('Calls per page'),
  before: id.optional().describe('Go on before this call: `next` of the page before'),
});

export const listCalls: Operation<z.output<typeof query>, unknown, CallList> = {
  id: 'listCalls',
  method: 'GET',
  path: '/v1/audit/calls',
  summary: 'List the calls in the audit of the tenant, newest first',
  guard: { kind: 'permission', permission: 'audit.read' },
  audit: { kind: 'none', reason: 'arguments are in the audit as digests only' },
  params: {},
  query,
  output: z.object({ calls: z.array(callRecord), next: id.exactOptional() }),
  errors: [],
  handle: async ({ principal, query: { limit, before } }, { store }) => {
    const records = await listCallsOf(store, principal.tenant_id, { limit, before });
    const calls = records.map(({ tenant_id: _, ...record }) => ({
      ...record,
      started_at: new Date(record.started_at).toISOString(),
    }));
    const last = calls.at(-1);
    return { calls, ...(calls.length < limit || last === undefined ? {} : { next: last.id }) };
  },
};
