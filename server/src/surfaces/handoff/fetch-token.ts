// GET /fetch-token/: the client gives back the token with which a person's browser has come, and gets the start data, once.
import type { Exchange } from '../route.ts';
import { errorEnvelope, sendEnvelope } from './envelope.ts';
import type { ProtocolError } from './envelope.ts';
import type { HandOffRouteDeps } from './handoff-deps.ts';
import { tenantOf } from './protocol-tenant.ts';

export async function fetchToken(deps: HandOffRouteDeps, exchange: Exchange): Promise<void> {
  const token = startTokenIn(exchange);
  const timestamp = new Date(deps.clock.now()).toISOString();
  const refuse = (status: number, error: ProtocolError): void => {
    const renew_url = deps.addresses.urlFor(exchange.request.headers.host, '/interactions');
    const envelope = errorEnvelope(error, token);
    sendEnvelope(exchange, {
      status,
      msgid: deps.ids.uuid(),
      timestamp,
      envelope,
      ...(status === 401 ? { renew_url } : {}),
    });
  };
  if (token === '') return refuse(400, 'missing-token');
  const tenant = exchange.params['tenant'] === undefined ? undefined : await tenantOf(deps, exchange);
  if (exchange.params['tenant'] !== undefined && tenant === undefined) return refuse(401, 'token-expired');
  const redeemed = await deps.handOffs.redeem({ token, tenant_id: tenant?.id });
  if (redeemed.kind === 'invalid') return refuse(401, 'token-invalid');
  if (redeemed.kind === 'expired') return refuse(401, 'token-expired');
  const sent = (ok: boolean): void => {
    redeemed.sent(ok).catch((error: unknown) => deps.handOffs.deps.log.warn('handoff-state-not-kept', { error }));
  };
  const { response } = exchange;
  // The client has gone before there was an answer: it has nothing.
  if (response.destroyed) return sent(false);
  response.once('close', () => sent(response.writableFinished));
  sendEnvelope(exchange, {
    status: 200,
    msgid: deps.ids.uuid(),
    timestamp,
    envelope: { type: 'person', token, data: redeemed.data },
  });
}

/** In the query or in the header X-Access-Token; empty when there is none. */
function startTokenIn({ query, request }: Exchange): string {
  const header = request.headers['x-access-token'];
  return new URLSearchParams(query).get('access_token') ?? (typeof header === 'string' ? header : '');
}
