// The settings of packs as they are now, for every tenant: what the tenant has stored is remembered as long as its epoch of
// the catalogue is the same, the operator's as long as nothing has changed.
import { createHash } from 'node:crypto';
import { limits } from '../base/limits.ts';
import type { Environment } from '../catalog/decoding.ts';
import type { CredentialNeed } from '../credentials/credential.ts';
import type { Store } from '../store/store.ts';
import type { Pack } from './pack.ts';
import { resolveSettings } from './resolve-settings.ts';
import type { ResolvedSettings } from './resolve-settings.ts';
import { readTenantSettings } from './setting-store.ts';
import type { SealedSecret, StoredConnection } from './setting-store.ts';
import type { SystemSettingsWatch } from './system-settings.ts';

export type PackSettings = ResolvedSettings<SealedSecret>;

interface Remembered {
  readonly epoch: bigint;
  readonly rows: readonly StoredConnection[];
}

export interface PackSettingsDeps {
  readonly store: Store;
  readonly environment: Environment;
  readonly system: Pick<SystemSettingsWatch, 'current'>;
}

export class PackSettingsReader {
  readonly #deps: PackSettingsDeps;
  /** By tenant, the one read first comes first. */
  readonly #remembered = new Map<string, Remembered>();

  constructor(deps: PackSettingsDeps) {
    this.#deps = deps;
  }

  /** What the tenant has stored, at least as new as the epoch. Throws `database_unavailable`. */
  async rowsOf(tenant_id: string, catalogue_epoch: string): Promise<readonly StoredConnection[]> {
    // Nothing of its own was ever changed.
    if (catalogue_epoch === '0') return [];
    const epoch = BigInt(catalogue_epoch);
    const known = this.#remembered.get(tenant_id);
    if (known !== undefined && known.epoch >= epoch) return known.rows;
    const rows = await readTenantSettings(this.#deps.store, tenant_id);
    // Somebody who knows of a later change has read meanwhile: what was read before them does not count any more.
    const later = this.#remembered.get(tenant_id);
    if (later !== undefined && later.epoch >= epoch) return later.rows;
    this.#remembered.delete(tenant_id);
    this.#remembered.set(tenant_id, { epoch, rows });
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > limits.pack_tenants && oldest !== undefined) this.#remembered.delete(oldest);
    return rows;
  }

  /** The same for a call: its catalogue has been put together from them. */
  async rowsForCall(tenant_id: string): Promise<readonly StoredConnection[]> {
    return this.#remembered.get(tenant_id)?.rows ?? readTenantSettings(this.#deps.store, tenant_id);
  }

  /** As they are in the database. */
  rowsNow(tenant_id: string): Promise<readonly StoredConnection[]> {
    return readTenantSettings(this.#deps.store, tenant_id);
  }

  resolve(pack: Pack, rows: readonly StoredConnection[], workspace_id: string | null): PackSettings {
    const { environment, system } = this.#deps;
    const own = rows.filter(({ code }) => code === pack.code);
    return resolveSettings(pack.fields, {
      environment,
      system: system.current().get(pack.code),
      tenant: own.find((row) => row.workspace_id === null),
      workspace: workspace_id === null ? undefined : own.find((row) => row.workspace_id === workspace_id),
    });
  }
}

/** Whether a tenant has the tools of a pack. */
export function isEnabled({ code, manifest }: Pack, rows: readonly StoredConnection[]): boolean {
  if (manifest.type === 'system') return true;
  return rows.some((row) => row.code === code && row.workspace_id === null && row.enabled);
}

/**
 * What stands for the addresses that an account may go to; empty when the tenant has said none of them. It stands for all of
 * them, the operator's too: an account that was given for one is sent to no other.
 */
export function addressMark({ changed_addresses }: Pick<PackSettings, 'changed_addresses'>): string {
  if (changed_addresses.length === 0) return '';
  const places = [...new Set(changed_addresses.map((address) => placeOf(address)))];
  // Whoever gives an account reads here where it goes. No host holds the sign between them.
  const shown = places.join('|');
  if (!places.includes('') && shown.length <= limits.credential_mark_characters) return shown;
  // No host looks like it, and nobody finds two lists with the same.
  return `sha256:${createHash('sha256').update(JSON.stringify(changed_addresses)).digest('hex').slice(0, 40)}`;
}

/** The host; empty when there is none. Without TLS it is another one: no account for one with it goes there in clear text. */
function placeOf(address: string): string {
  const url = URL.parse(address);
  if (url === null || url.host === '') return '';
  return url.protocol === 'https:' ? url.host : `${url.protocol}//${url.host}`;
}

/**
 * An account of a person goes only to whom the person has given it for: where the tenant has said where requests go, another
 * kind of account is asked for, which has the address in its name (docs/decisions/0171). No provider grants such a one.
 */
export function needAt(need: CredentialNeed, mark: string): CredentialNeed {
  if (mark === '') return need;
  const strategies = need.strategies.filter((one) => one !== 'oauth2');
  return {
    systems: need.systems.map((system) => `${system}@${mark}`.slice(-limits.credential_system_characters)),
    strategies: strategies.length === 0 ? ['token'] : strategies,
    scopes: [],
  };
}
