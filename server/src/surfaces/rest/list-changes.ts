// GET /v1/audit/changes: who changed people and keys, newest first, by pages.
import type { ChangeList } from '@toolcrib/client';
import { z } from 'zod';
import { listChanges as listChangesOf } from '../../ledger/changes.ts';
import type { Operation } from './operation.ts';
import { nextOf, page } from './page.ts';
import { changeRecord, id } from './schemas.ts';

export const listChanges: Operation<z.output<typeof page>, unknown, ChangeList> = {
  id: 'listChanges',
  method: 'GET',
  path: '/v1/audit/changes',
  summary: 'List the changes to what the tenant has, newest first',
  guard: { kind: 'permission', permission: 'audit.read' },
  audit: { kind: 'none', reason: 'reads the audit itself' },
  params: {},
  query: page,
  output: z.object({ changes: z.array(changeRecord), next: id.exactOptional() }),
  errors: [],
  handle: async ({ principal, query }, { store }) => {
    const records = await listChangesOf(store, principal.tenant_id, query);
    const changes = records.map(({ tenant_id: _, ...record }) => ({
      ...record,
      at: new Date(record.at).toISOString(),
    }));
    return { changes, ...nextOf(changes, query.limit) };
  },
};
