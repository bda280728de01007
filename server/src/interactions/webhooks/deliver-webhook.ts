// One attempt to tell a receiver that an interaction has ended. The message says which one and how, and nothing of the call's
// arguments or result: whoever wants those makes the call again. Delivered at least once; the id is the same every time.
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import { signWebhook } from '../../base/signed-webhooks.ts';
import type { TenantHttp } from '../../base/tenant-http.ts';
import type { Ids } from '../../base/ids.ts';
import type { Vault } from '../../credentials/vault/vault.ts';
import type { Store } from '../../store/store.ts';
import { urlAt } from './webhook-row.ts';
import { signingSecret } from './webhook-secret.ts';

export interface DeliverDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly vault: Vault;
  readonly tenant_http: TenantHttp;
  /** Ends attempts under way: they are made again after the next start. */
  readonly signal: AbortSignal;
}

export interface DeliveryPlace {
  readonly tenant_id: string;
  readonly id: string;
}

/** Takes it up, unless another process has, and sends it. */
export async function deliverWebhook(deps: DeliverDeps, place: DeliveryPlace): Promise<void> {
  const taken = await takeUp(deps, place);
  if (taken === undefined) return;
  const problem = await send(deps, place.tenant_id, taken);
  await settle(deps, place, { taken, problem });
  if (problem !== undefined) {
    deps.log.info('webhook-not-delivered', { ...place, attempts: taken.attempts, problem: problem.text });
  }
}

type Taken = NonNullable<Awaited<ReturnType<typeof takeUp>>>;

/** For the time of the lease it is nobody else's. What nobody has answered in time has expired: then that is told. */
async function takeUp({ store, clock }: DeliverDeps, { tenant_id, id }: DeliveryPlace) {
  const now = clock.now();
  return store.inTenant(tenant_id, async (db) => {
    const row = await db
      .selectFrom('webhook_delivery')
      .select(['id', 'interaction_id', 'kind', 'tool', 'call_id', 'sealed', 'state', 'status', 'ended_at'])
      .select(['attempts', 'first_attempt_at', 'next_at'])
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .where('next_at', '<=', new Date(now))
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (row === undefined || row.sealed === null) return undefined;
    const ended = {
      status: row.status ?? ('expired' as const),
      ended_at: row.ended_at ?? row.next_at ?? new Date(now),
      attempts: row.attempts + 1,
      first_attempt_at: row.first_attempt_at ?? new Date(now),
    };
    await db
      .updateTable('webhook_delivery')
      .set({ ...ended, state: 'due', next_at: new Date(now + limits.webhook_lease_ms) })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .execute();
    return { ...row, ...ended, sealed: row.sealed };
  });
}

interface Problem {
  /** A word of ours or a status, never what the receiver wrote. */
  readonly text: string;
  /** Another attempt would come to the same. */
  readonly final: boolean;
}

/** Undefined: it has arrived. */
async function send(deps: DeliverDeps, tenant_id: string, taken: Taken): Promise<Problem | undefined> {
  const { clock, vault: vaults, tenant_http } = deps;
  try {
    const vault = await vaults.of(tenant_id);
    const { secret, previous } = await signingSecret(deps, tenant_id, 'server');
    const message = {
      id: taken.id,
      timestamp_s: Math.floor(clock.now() / 1_000),
      body: bodyOf(taken),
    };
    const { status } = await tenant_http.of(tenant_id).request({
      method: 'POST',
      url: vault.open(urlAt(taken.id), taken.sealed),
      headers: {
        'content-type': 'application/json',
        'webhook-id': message.id,
        'webhook-timestamp': String(message.timestamp_s),
        'webhook-signature': signWebhook(message, previous === undefined ? [secret] : [secret, previous]),
      },
      body: message.body,
      signal: deps.signal,
      timeout_ms: limits.webhook_request_ms,
      limit_bytes: limits.webhook_answer_bytes,
    });
    if (status >= 200 && status < 300) return undefined;
    // The scheme's word for "no more of these".
    return { text: `answered ${status}`, final: status === 410 };
  } catch (thrown) {
    if (deps.signal.aborted || !(thrown instanceof ToolcribError)) throw thrown;
    // It has taken the message: how long its answer is does not matter.
    if (thrown.code === 'result_too_large') return undefined;
    return { text: thrown.message, final: thrown.code === 'address_refused' };
  }
}

/** The same at every attempt. */
function bodyOf({ interaction_id, kind, status, tool, call_id, ended_at }: Taken): string {
  const data = { interaction_id, kind, status, tool, call_id };
  return JSON.stringify({ type: 'interaction.ended', timestamp: ended_at.toISOString(), data });
}

async function settle(
  { store, clock }: DeliverDeps,
  { tenant_id, id }: DeliveryPlace,
  { taken, problem }: { readonly taken: Taken; readonly problem: Problem | undefined },
): Promise<void> {
  const now = clock.now();
  const next_at = new Date(now + retryAfter(taken.attempts));
  const gives_up =
    problem?.final === true || next_at.getTime() > taken.first_attempt_at.getTime() + limits.webhook_tries_ms;
  // The address is not needed any more, and may hold a secret.
  const settled = { next_at: null, settled_at: new Date(now), sealed: null };
  await store.inTenant(tenant_id, (db) =>
    db
      .updateTable('webhook_delivery')
      .set({
        problem: problem?.text ?? null,
        ...(problem === undefined
          ? { state: 'delivered', ...settled }
          : gives_up
            ? { state: 'failed', ...settled }
            : { state: 'due', next_at }),
      })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      // Another process has taken it up since, because this one was too slow.
      .where('attempts', '=', taken.attempts)
      .execute(),
  );
}

/** Some fifteen attempts within the day. */
function retryAfter(attempts: number): number {
  return Math.min(limits.webhook_retry_last_ms, limits.webhook_retry_first_ms * 3 ** (attempts - 1));
}
