// POST /v1/definitions/source/{name}/signing-secret: a client of hand-offs may then push results; shown in this one answer.
import type { NewSigningSecret } from '@toolcrib/client';
import { z } from 'zod';
import { makeSigningSecret } from '../../definitions/signing-secrets.ts';
import { actorOf } from '../../identity/principal.ts';
import type { Operation } from './operation.ts';

export const createSigningSecret: Operation<unknown, unknown, NewSigningSecret> = {
  id: 'createSigningSecret',
  method: 'POST',
  path: '/v1/definitions/source/{name}/signing-secret',
  summary: 'Make what a client of hand-offs signs pushed results with, in place of the one before',
  guard: { kind: 'permission', permission: 'tools.write' },
  audit: { kind: 'change' },
  params: { name: 'Name of a source of the kind handoff that the tenant has defined' },
  output: z.object({ name: z.string(), signing_secret: z.string() }),
  status: 201,
  errors: ['not_found', 'conflict', 'vault_unavailable'],
  handle: async ({ principal, params: { name = '' } }, deps) => {
    const { tenant_id } = principal;
    return { name, signing_secret: await makeSigningSecret(deps, actorOf(principal), { tenant_id, name }) };
  },
};
