// POST /v1/connect: the link to our own page where a person connects an account. Never an address of the provider: the flow
// begins in the browser of the person who is signed in there, whoever has the link (attack A01).
import type { ConnectLink } from '@toolcrib/client';
import { z } from 'zod';
import { prepareConnection } from '../../credentials/oauth/wanted-connection.ts';
import { connectQuery, originOf, returnOf } from '../web/connect/connect-request.ts';
import { connectFields } from './oauth-schemas.ts';
import type { Operation } from './operation.ts';

const body = z.strictObject({
  ...connectFields,
  return_to: z
    .string()
    .max(2_000)
    .optional()
    .describe('Where the browser goes afterwards: a path of this server, or an address that its operator allows'),
});

export const connect: Operation<unknown, z.output<typeof body>, ConnectLink> = {
  id: 'connect',
  method: 'POST',
  path: '/v1/connect',
  summary: 'Get the link to the page where you connect an account by OAuth',
  guard: { kind: 'permission', permission: 'credentials.write' },
  audit: { kind: 'none', reason: 'nothing is begun before a person presses the button of that page' },
  params: {},
  body,
  output: z.object({ url: z.string() }),
  errors: ['body_invalid', 'not_found', 'conflict', 'vault_unavailable'],
  handle: async ({ principal, body: wanted, exchange }, { oauth, addresses, return_urls }) => {
    const { host } = exchange.request.headers;
    if (wanted.return_to !== undefined) {
      const request = { return_to: wanted.return_to, interaction_id: undefined };
      returnOf(request, { own_origin: originOf(addresses, host), return_urls });
    }
    // What the page would refuse is said now.
    const { provider } = await prepareConnection(oauth, principal, wanted);
    const { provider: _in_path, ...rest } = wanted;
    const query = connectQuery({ ...rest, return_to: wanted.return_to });
    return { url: addresses.urlFor(host, `/connect/${provider.name}${query}`) };
  },
};
