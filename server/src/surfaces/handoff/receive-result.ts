// GET and POST /result/: a client says that a result is ready, or sends it signed. Whoever says so waits until it is there;
// what went wrong behind it stands in the log and nowhere else.
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { isSignedWebhook } from '../../base/signed-webhooks.ts';
import type { HandOffSource } from '../../catalog/pauses.ts';
import { readSigningSecret } from '../../definitions/signing-secrets.ts';
import type { ProtocolTenant } from '../../identity/tenants.ts';
import { readResult } from '../../interactions/handoff/read-result.ts';
import type { Received } from '../../interactions/handoff/receive-result.ts';
import { readBody } from '../http.ts';
import type { Exchange } from '../route.ts';
import { errorEnvelope, sendEnvelope } from './envelope.ts';
import type { ProtocolError } from './envelope.ts';
import type { HandOffRouteDeps } from './handoff-deps.ts';
import { clientOf, tenantOf } from './protocol-tenant.ts';

const statuses = { accepted: 200, refused: 422, waiting: 502 } as const satisfies Record<Received, number>;

interface Announcer {
  readonly tenant: ProtocolTenant;
  readonly name: string;
  readonly source: HandOffSource;
}

export async function announceResult(deps: HandOffRouteDeps, exchange: Exchange): Promise<void> {
  const query = new URLSearchParams(exchange.query);
  const header = exchange.request.headers['x-access-token'];
  const token = query.get('access_token') ?? (typeof header === 'string' ? header : '');
  if (token === '') return refuse(deps, exchange, { status: 400, error: 'missing-token' });
  const from = await announcerOf(deps, exchange, query);
  if (from === undefined) return refuse(deps, exchange, { status: 404, error: 'unknown-client', token });
  if (token.length > limits.handoff_token_characters) {
    return refuse(deps, exchange, { status: 422, error: 'error', token: '' });
  }
  const { tenant, name, source } = from;
  const { result_url } = source.client;
  const received = await receivedFrom(deps, () =>
    deps.handOffs.receiver.receive({ tenant_id: tenant.id, client: name, token, result_url }),
  );
  answer(deps, exchange, { received, token });
}

/** For clients with a signing secret: the result itself, under the headers of Standard Webhooks. */
export async function pushResult(deps: HandOffRouteDeps, exchange: Exchange): Promise<void> {
  const from = await announcerOf(deps, exchange, new URLSearchParams(exchange.query));
  // Whether the client is there is not told to whoever cannot sign.
  const secret = from && (await secretOf(deps, from));
  const body = await readBody(exchange, limits.handoff_result_bytes);
  if (from === undefined || secret === undefined) {
    return refuse(deps, exchange, { status: 404, error: 'unknown-client' });
  }
  const header = (name: string): string => {
    const value = exchange.request.headers[name];
    return typeof value === 'string' ? value : '';
  };
  const signed = {
    id: header('webhook-id'),
    timestamp_s: Number(header('webhook-timestamp') || 'none'),
    signature: header('webhook-signature'),
    body: body.toString('utf8'),
  };
  const now = deps.clock.now();
  const read = readResult(body);
  const is_signed = isSignedWebhook(signed, { secret, now, tolerance_ms: limits.handoff_signature_ms });
  if (!is_signed || read.kind === 'wrong' || read.token.length > limits.handoff_token_characters) {
    return refuse(deps, exchange, { status: is_signed ? 422 : 401, error: 'error' });
  }
  const { token } = read;
  const announced = { tenant_id: from.tenant.id, client: from.name, token };
  const received = await receivedFrom(deps, () => deps.handOffs.receiver.receive(announced, body));
  answer(deps, exchange, { received, token });
}

async function secretOf(
  { handOffs }: HandOffRouteDeps,
  { tenant: { id: tenant_id }, name, source: { client } }: Announcer,
): Promise<string | undefined> {
  return client.of_definition ? readSigningSecret(handOffs.deps, { tenant_id, name }) : client.signing_secret;
}

async function announcerOf(
  deps: HandOffRouteDeps,
  exchange: Exchange,
  query: URLSearchParams,
): Promise<Announcer | undefined> {
  const name = query.get('client') ?? '';
  const tenant = await tenantOf(deps, exchange);
  const source = tenant && (await clientOf(deps, tenant, name));
  return source && { tenant, name, source };
}

/** A database that is away is a reason to ask again, like a client that is. */
async function receivedFrom(deps: HandOffRouteDeps, receive: () => Promise<Received>): Promise<Received> {
  try {
    return await receive();
  } catch (error) {
    const is_away = error instanceof ToolcribError && error.retryable;
    deps.handOffs.deps.log[is_away ? 'warn' : 'error']('handoff-result-failed', { error });
    return 'waiting';
  }
}

function answer(
  deps: HandOffRouteDeps,
  exchange: Exchange,
  { received, token }: { readonly received: Received; readonly token: string },
): void {
  const status = statuses[received];
  if (received !== 'accepted') return refuse(deps, exchange, { status, error: 'error', token });
  const timestamp = new Date(deps.clock.now()).toISOString();
  sendEnvelope(exchange, { status, msgid: deps.ids.uuid(), timestamp, envelope: { type: 'ok', token, data: {} } });
}

function refuse(
  { clock, ids }: HandOffRouteDeps,
  exchange: Exchange,
  { status, error, token = '' }: { readonly status: number; readonly error: ProtocolError; readonly token?: string },
): void {
  const timestamp = new Date(clock.now()).toISOString();
  sendEnvelope(exchange, { status, msgid: ids.uuid(), timestamp, envelope: errorEnvelope(error, token) });
}
