// The client gives the token back and gets the start data, once: of any number of tries at the same time, in any number of
// processes, one gets it.
import { limits } from '../../base/limits.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { parseJson } from '../../base/parse-json.ts';
import { hashOfToken, tenantOfToken } from '../../identity/token-text.ts';
import type { Database } from '../../store/scope.ts';
import { callReference, inputAt, lockHandOff, personReference } from './handoff-row.ts';
import type { HandOffDeps, HandOffRow } from './handoff-row.ts';
import { awaitsResult } from './states.ts';
import { advance, endWithout, refuse, transition } from './transition.ts';

export type Redeemed =
  /** It has not the form of one of ours. */
  | { readonly kind: 'invalid' }
  /** Unknown, used, or its time is over: nobody is told which. */
  | { readonly kind: 'expired' }
  | {
      readonly kind: 'start_data';
      readonly data: JsonObject;
      /** To be told whether the answer has reached the client. */
      readonly sent: (ok: boolean) => Promise<void>;
    };

/** `tenant_id`: whose address the client has asked, where it says so. */
export async function redeemStartToken(
  deps: HandOffDeps,
  { token, tenant_id: asked }: { readonly token: string; readonly tenant_id: string | undefined },
): Promise<Redeemed> {
  const tenant_id = tenantOfToken('th', token);
  if (tenant_id === undefined) return { kind: 'invalid' };
  if (asked !== undefined && asked !== tenant_id) return { kind: 'expired' };
  const known = await deps.store.inTenant(tenant_id, (db) => findByToken(db, tenant_id, token));
  if (known === undefined) return { kind: 'expired' };
  const vault = await deps.vault.of(tenant_id);
  const row = await deps.store.inTenant(tenant_id, (db) => takeToken(db, deps, { tenant_id, id: known.id }));
  if (row === undefined) return { kind: 'expired' };
  const { id, client, slug, user_id } = row;
  const input = parseJson(Buffer.from(vault.open(inputAt(id), row.sealed_input)), limits.json_depth) as JsonObject;
  const data: JsonObject = {
    persnr: personReference(vault, client, user_id),
    ...namesOf(known.name),
    email: known.email,
    exam: slug,
    ...startFields(input),
    system: callReference(vault, client, id),
  };
  return { kind: 'start_data', data, sent: (ok) => noteSent(deps, { tenant_id, id }, ok) };
}

async function findByToken(
  db: Database,
  tenant_id: string,
  token: string,
): Promise<{ readonly id: string; readonly name: string; readonly email: string } | undefined> {
  return db
    .selectFrom('handoff')
    .innerJoin('app_user', 'app_user.id', 'handoff.user_id')
    .innerJoin('tenant', 'tenant.id', 'handoff.tenant_id')
    .select(['handoff.id', 'app_user.name', 'app_user.email'])
    .where('handoff.tenant_id', '=', tenant_id)
    .where('token_hash', '=', hashOfToken(token))
    .where('tenant.suspended_at', 'is', null)
    .executeTakeFirst();
}

/** The row with its token used up; undefined when it cannot be. */
async function takeToken(
  db: Database,
  deps: HandOffDeps,
  { tenant_id, id }: { readonly tenant_id: string; readonly id: string },
): Promise<HandOffRow | undefined> {
  const row = await lockHandOff(db, tenant_id, id);
  if (row === undefined) return undefined;
  const now = deps.clock.now();
  if (row.state !== 'start-tk-sent' && row.state !== 'start-tk-sent-ok') {
    const why = row.token_used_at === null ? 'the attempt has ended' : 'the token was used already';
    await refuse(db, deps, { row, to: 'start-tk-received', why });
    return undefined;
  }
  if (row.deadline_at.getTime() <= now) {
    await refuse(db, deps, { row, to: 'start-tk-received', why: 'the time of the call is over' });
    return undefined;
  }
  const received = await advance(db, deps, { row, to: 'start-tk-received' });
  if (row.token_expires_at === null || row.token_expires_at.getTime() <= now) {
    await endWithout(db, deps, { row: received, reason: 'token' });
    return undefined;
  }
  return advance(db, deps, { row: received, to: 'start-data-sent', set: { token_used_at: new Date(now) } });
}

/** What the connection has shown. A result that was there first counts more. */
async function noteSent(
  deps: HandOffDeps,
  { tenant_id, id }: { readonly tenant_id: string; readonly id: string },
  ok: boolean,
): Promise<void> {
  await deps.store.inTenant(tenant_id, async (db) => {
    const row = await lockHandOff(db, tenant_id, id);
    if (row === undefined || row.state !== 'start-data-sent' || !awaitsResult(row.state)) return;
    if (ok) await transition(db, deps, { row, to: 'start-data-sent-ok' });
    else await endWithout(db, deps, { row, reason: 'transport' });
  });
}

/** The classic contract wants two names where we have one: the last word is the family name. */
function namesOf(name: string): { readonly firstName: string; readonly lastName: string } {
  const words = name.trim().split(/\s+/u);
  const last = words.length > 1 ? (words.pop() ?? '') : '';
  return { firstName: words.join(' '), lastName: last };
}

/** The classic fields by their names; whatever else a tool takes in `input`, which a classic tool does not have. */
function startFields({ exam_kind, extra_time, ...input }: JsonObject): JsonObject {
  const more: Record<string, JsonValue> = Object.keys(input).length === 0 ? {} : { input };
  return {
    exam_kind: typeof exam_kind === 'string' ? exam_kind : 'start',
    extra_time: extra_time === true,
    ...more,
  };
}
