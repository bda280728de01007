// GET /v1/credentials/receipts: what became of grants at their providers. One's own; all of the tenant for admins.
import type { RevocationReceipt, RevocationReceiptList } from '@toolcrib/client';
import { z } from 'zod';
import { listReceipts as list } from '../../credentials/oauth/receipts.ts';
import type { Receipt } from '../../credentials/oauth/receipts.ts';
import { revocationReceipt } from './credential-schemas.ts';
import type { Operation } from './operation.ts';
import { nextOf, page } from './page.ts';
import { id } from './schemas.ts';

export const listReceipts: Operation<z.output<typeof page>, unknown, RevocationReceiptList> = {
  id: 'listReceipts',
  method: 'GET',
  path: '/v1/credentials/receipts',
  summary: 'List what became of ended grants at their providers, newest first: your own; as an admin all',
  guard: { kind: 'permission', permission: 'credentials.use' },
  audit: { kind: 'none', reason: 'shows what the audit of changes says, to fewer people' },
  params: {},
  query: page,
  output: z.object({ receipts: z.array(revocationReceipt), next: id.exactOptional() }),
  errors: [],
  handle: async ({ principal, query }, deps) => {
    const { tenant_id, permissions } = principal;
    const user_id = permissions.has('credentials.manage') ? undefined : principal.user_id;
    const receipts = (await list(deps, { tenant_id, user_id, ...query })).map(receiptOnWire);
    return { receipts, ...nextOf(receipts, query.limit) };
  },
};

export function receiptOnWire({ at, ...receipt }: Receipt): RevocationReceipt {
  return { ...receipt, at: new Date(at).toISOString() };
}
