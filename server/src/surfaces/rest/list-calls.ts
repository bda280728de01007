// GET /v1/audit/calls: the audit of the tenant, newest first, by pages.
import type { CallList } from '@toolcrib/client';
import { z } from 'zod';
import { listCalls as listCallsOf } from '../../ledger/list-calls.ts';
import type { Operation } from './operation.ts';
import { nextOf, page } from './page.ts';
import { callRecord, id } from './schemas.ts';

export const listCalls: Operation<z.output<typeof page>, unknown, CallList> = {
  id: 'listCalls',
  method: 'GET',
  path: '/v1/audit/calls',
  summary: 'List the calls in the audit of the tenant, newest first',
  guard: { kind: 'permission', permission: 'audit.read' },
  audit: { kind: 'none', reason: 'arguments are in the audit as digests only' },
  params: {},
  query: page,
  output: z.object({ calls: z.array(callRecord), next: id.exactOptional() }),
  errors: [],
  handle: async ({ principal, query }, { store }) => {
    const records = await listCallsOf(store, principal.tenant_id, query);
    const calls = records.map(({ tenant_id: _, ...record }) => ({
      ...record,
      started_at: new Date(record.started_at).toISOString(),
    }));
    return { calls, ...nextOf(calls, query.limit) };
  },
};
