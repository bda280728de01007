// GET /v1/credentials: one's own and the shared ones; never a secret.
import type { Credential as CredentialOnWire, CredentialList } from '@toolcrib/client';
import { z } from 'zod';
import { listCredentials as list } from '../../credentials/credentials.ts';
import type { Credential } from '../../credentials/credentials.ts';
import type { Operation } from './operation.ts';
import { credential } from './credential-schemas.ts';

const query = z.strictObject({ system: z.string().max(100).optional().describe('Only those of this system') });

export const listCredentials: Operation<z.output<typeof query>, unknown, CredentialList> = {
  id: 'listCredentials',
  method: 'GET',
  path: '/v1/credentials',
  summary: 'List your credentials and the shared ones',
  guard: { kind: 'permission', permission: 'credentials.use' },
  audit: { kind: 'none', reason: 'credentials are shown without their secrets' },
  params: {},
  query,
  output: z.object({ credentials: z.array(credential) }),
  errors: [],
  handle: async ({ principal, query: { system } }, deps) => ({
    credentials: (await list(deps, principal, { system })).map(credentialOnWire),
  }),
};

export function credentialOnWire({ details, ...facts }: Credential): CredentialOnWire {
  if (details === undefined) return facts;
  const text = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());
  const { expires_at, created_at, updated_at, last_used_at } = details;
  return {
    ...facts,
    details: {
      ...details,
      expires_at: text(expires_at),
      created_at: new Date(created_at).toISOString(),
      updated_at: new Date(updated_at).toISOString(),
      last_used_at: text(last_used_at),
    },
  };
}
