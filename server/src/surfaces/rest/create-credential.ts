// POST /v1/credentials: an account by its secrets; accounts by OAuth are connected in a browser.
import type { Credential } from '@toolcrib/client';
import { z } from 'zod';
import { createCredential as create } from '../../credentials/credentials.ts';
import { credentialOnWire } from './list-credentials.ts';
import type { Operation } from './operation.ts';
import { credential, credentialName, secretFields } from './credential-schemas.ts';

const body = z.strictObject({
  name: credentialName.describe('What you call it'),
  system: credentialName.describe('Which kind of account: github, or the name of a source'),
  strategy: z.enum(['token', 'username_password', 'custom']).describe('In which way the account is given'),
  scope: z
    .enum(['private', 'shared'])
    .default('private')
    .describe('shared: every member may use it, which needs credentials.share'),
  fields: secretFields,
});

export const createCredential: Operation<unknown, z.output<typeof body>, Credential> = {
  id: 'createCredential',
  method: 'POST',
  path: '/v1/credentials',
  summary: 'Add a credential of your own',
  guard: { kind: 'permission', permission: 'credentials.write' },
  audit: { kind: 'change' },
  params: {},
  body,
  output: credential,
  status: 201,
  errors: ['conflict', 'vault_unavailable'],
  handle: async ({ principal, body: input }, deps) => {
    const created = await create(deps, principal, input);
    deps.forgetIdentities();
    return credentialOnWire(created);
  },
};
