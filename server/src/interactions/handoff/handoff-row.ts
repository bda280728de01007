// What a hand-off is in its table, and the references that stand for it and for its person outside.
import { hash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { TenantVault, Vault } from '../../credentials/vault/vault.ts';
import type { Selectable } from 'kysely';
import type { Schema } from '../../store/schema.ts';
import type { Database } from '../../store/scope.ts';
import type { Store } from '../../store/store.ts';
import type { HandOffState } from './states.ts';

/** What every part of the protocol works with. */
export interface HandOffDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly vault: Vault;
  /** Plain http to this machine is taken in `development` alone. */
  readonly mode: 'development' | 'production';
  /** Lets those go on who wait for the interaction. */
  readonly wake: (tenant_id: string, interaction_id: string) => void;
}

export interface HandOffRow extends Omit<Selectable<Schema['handoff']>, 'state'> {
  readonly state: HandOffState;
}

/** Locked until the end of the transaction. Whoever locks its interaction as well does that first. */
export async function lockHandOff(db: Database, tenant_id: string, id: string): Promise<HandOffRow | undefined> {
  const row = await db
    .selectFrom('handoff')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row && toHandOff(row);
}

/** Every attempt of the same call, the newest first, locked. */
export async function lockAttempts(
  db: Database,
  tenant_id: string,
  interaction_id: string,
): Promise<readonly HandOffRow[]> {
  const rows = await db
    .selectFrom('handoff')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('interaction_id', '=', interaction_id)
    .orderBy('id', 'desc')
    .forUpdate()
    .execute();
  return rows.map((row) => toHandOff(row));
}

export function toHandOff(row: Selectable<Schema['handoff']>): HandOffRow {
  return { ...row, state: row.state as HandOffState };
}

export function inputAt(id: string) {
  return { record_id: id, field: 'handoff-input' };
}

export function resultAt(id: string) {
  return { record_id: id, field: 'handoff-result' };
}

export function deliveredTokenAt(id: string) {
  return { record_id: id, field: 'handoff-token' };
}

const persnr_digits = 32;

/** `persnr`: the same for a person at a client for ever, another one at every other client, and nobody can tell whose. */
export function personReference(vault: TenantVault, client: string, user_id: string): string {
  const digest = BigInt(`0x${vault.digest(JSON.stringify(['handoff person', client, user_id]))}`);
  return `N${(digest % 10n ** BigInt(persnr_digits)).toString().padStart(persnr_digits, '0')}`;
}

/** `system`: names one hand-off at one client, signed with a key of the tenant. */
export function callReference(vault: TenantVault, client: string, id: string): string {
  return `${id}:${signatureOf(vault, client, id)}`;
}

/** The hand-off that such a reference names; undefined when we did not sign it for this client. */
export function referredTo(vault: TenantVault, client: string, reference: string): string | undefined {
  const [, id = '', signature = ''] = /^([0-9a-f-]{36}):([0-9a-f]{40})$/.exec(reference) ?? [];
  const wanted = signatureOf(vault, client, id);
  return signature.length === wanted.length && timingSafeEqual(Buffer.from(signature), Buffer.from(wanted))
    ? id
    : undefined;
}

function signatureOf(vault: TenantVault, client: string, id: string): string {
  return vault.digest(JSON.stringify(['handoff call', client, id])).slice(0, 40);
}

/** Of a client's token, which may be short and guessable: bound to the client. */
export function resultTokenHash(client: string, token: string): Buffer {
  return hash('sha256', JSON.stringify([client, token]), 'buffer');
}
