// POST /v1/sign-ons: lets an issuer of OpenID Connect say who a person is. The secret goes in and never comes out.
import type { SignOn } from '@toolcrib/client';
import { z } from 'zod';
import { createSignOn as create } from '../../credentials/sign-on/sign-ons.ts';
import { actorOf } from '../../identity/principal.ts';
import { requireMayGive } from '../../identity/role-rules.ts';
import { signOnOnWire } from './list-sign-ons.ts';
import type { Operation } from './operation.ts';
import { signOn } from './schemas.ts';

const domain = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/,
    'must be a domain, such as example.com',
  );

const body = z.strictObject({
  name: z.string().trim().min(1).max(100).describe('As the button on the sign-in page names it'),
  issuer: z.string().min(1).max(500).describe('Exactly as the issuer calls itself: https://login.example.com'),
  client_id: z.string().min(1).max(500),
  client_secret: z.string().min(1).max(2_000).describe('Kept in the vault; never shown again'),
  domains: z
    .array(domain)
    .max(50)
    .default([])
    .describe(
      'Whoever has a verified address of these domains becomes a member; none: members and invited people alone',
    ),
  role: z.enum(['builder', 'member']).default('member').describe('Of those who become members by their domain'),
});

export const createSignOn: Operation<unknown, z.output<typeof body>, SignOn> = {
  id: 'createSignOn',
  method: 'POST',
  path: '/v1/sign-ons',
  summary: 'Set up a single sign-on',
  guard: { kind: 'permission', permission: 'sign_on.write' },
  audit: { kind: 'change' },
  params: {},
  body,
  output: signOn,
  status: 201,
  errors: ['conflict'],
  handle: async (input, deps) => {
    const { principal } = input;
    // Who comes by a domain is made a member, and that is not everybody's to do.
    requireMayGive(principal, input.body.role);
    const made = await create(deps, actorOf(principal), { ...input.body, tenant_id: principal.tenant_id });
    return signOnOnWire(made, input, deps);
  },
};
