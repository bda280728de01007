// GET /v1/sign-ons: the issuers that may say who a person is, without their secrets.
import type { SignOn as SignOnOnWire, SignOnList } from '@toolcrib/client';
import { z } from 'zod';
import { listSignOns as list } from '../../credentials/sign-on/sign-ons.ts';
import type { SignOn } from '../../credentials/sign-on/sign-ons.ts';
import type { OperationInput, Operation, RestDeps } from './operation.ts';
import { signOnReturnPath } from '../web/sign-on-pages.ts';
import { signOn } from './schemas.ts';

export const listSignOns: Operation<unknown, unknown, SignOnList> = {
  id: 'listSignOns',
  method: 'GET',
  path: '/v1/sign-ons',
  summary: 'List the single sign-ons of the tenant',
  guard: { kind: 'permission', permission: 'sign_on.write' },
  audit: { kind: 'none', reason: 'reads settings without their secrets' },
  params: {},
  output: z.object({ sign_ons: z.array(signOn) }),
  errors: [],
  handle: async (input, deps) => ({
    sign_ons: (await list(deps, input.principal.tenant_id)).map((one) => signOnOnWire(one, input, deps)),
  }),
};

/** With the address that must be registered at the issuer. */
export function signOnOnWire(
  { created_at, ...sign_on }: SignOn,
  { principal, exchange }: Pick<OperationInput<unknown, unknown>, 'principal' | 'exchange'>,
  { addresses }: Pick<RestDeps, 'addresses'>,
): SignOnOnWire {
  const path = signOnReturnPath(principal.caller.tenant_slug);
  return {
    ...sign_on,
    client_secret: 'set',
    redirect_uri: addresses.urlFor(exchange.request.headers.host, path),
    created_at: new Date(created_at).toISOString(),
  };
}
