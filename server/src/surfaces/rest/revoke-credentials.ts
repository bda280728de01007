// POST /v1/credentials/revoke: the emergency. Everything that fits ends here at once, then at the providers.
import type { RevokedCredentials } from '@toolcrib/client';
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import { revokeMany } from '../../credentials/oauth/revoke.ts';
import { actorOf } from '../../identity/principal.ts';
import { revocationReceipt } from './credential-schemas.ts';
import { receiptOnWire } from './list-receipts.ts';
import type { Operation } from './operation.ts';
import { id } from './schemas.ts';

const word = z.string().min(1).max(100);
const body = z
  .strictObject({
    all: z.literal(true).optional().describe('Every credential of the tenant; with conditions, those that fit'),
    provider: word.optional().describe('Only grants of this provider'),
    system: word.optional().describe('Only credentials of this system'),
    user_id: id.optional().describe('Only those of this owner'),
  })
  .refine((conditions) => Object.values(conditions).some((value) => value !== undefined), {
    error: 'needs a condition, or all: true',
  });

export const revokeCredentials: Operation<unknown, z.output<typeof body>, RevokedCredentials> = {
  id: 'revokeCredentials',
  method: 'POST',
  path: '/v1/credentials/revoke',
  summary: 'In an emergency: end all credentials of a provider, a system, a person or the tenant, with receipts',
  guard: { kind: 'permission', permission: 'credentials.manage' },
  audit: { kind: 'change' },
  params: {},
  body,
  output: z.object({ receipts: z.array(revocationReceipt), pending: z.int().min(0) }),
  errors: [],
  handle: async ({ principal, body: { all: _, ...which } }, deps) => {
    const wanted = { tenant_id: principal.tenant_id, which, answer_ms: limits.revocation_answer_ms };
    try {
      const { receipts, pending } = await revokeMany(deps.oauth, actorOf(principal), wanted);
      return { receipts: receipts.map(receiptOnWire), pending };
    } finally {
      deps.forgetIdentities();
    }
  },
};
