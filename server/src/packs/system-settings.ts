// What the operator has set for packs, for every tenant: read again every now and then, because the command line changes it
// in the database. Secrets stay sealed in memory.
import type { ConfigValue } from '@toolcrib/client';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { repeat } from '../base/repeat.ts';
import { openSystemVault } from '../credentials/vault/system-vault.ts';
import type { SystemVaultDeps } from '../credentials/vault/system-vault.ts';
import type { TenantVault } from '../credentials/vault/vault.ts';
import type { Store } from '../store/store.ts';
import type { StoredSettings } from './resolve-settings.ts';
import type { SealedSecret } from './setting-store.ts';

export type SystemSettings = ReadonlyMap<string, StoredSettings<SealedSecret>>;

/** Secrets are bound to pack and field; the record is one that nothing else has. */
const record_id = 'pack-system-setting';

async function readSystemSettings(store: Store): Promise<SystemSettings> {
  const rows = await store.asOperator((db) =>
    db.selectFrom('pack_system_setting').select(['code', 'field', 'value', 'sealed']).execute(),
  );
  const found = new Map<string, { values: Record<string, unknown>; secrets: Map<string, SealedSecret> }>();
  for (const { code, field, value, sealed } of rows) {
    const own = found.get(code) ?? { values: {}, secrets: new Map<string, SealedSecret>() };
    found.set(code, own);
    if (sealed === null) own.values[field] = value;
    else own.secrets.set(field, { ...boundTo(code, field), sealed });
  }
  return found;
}

function boundTo(code: string, field: string): { readonly record_id: string; readonly field: string } {
  return { record_id: `${record_id} ${code}`, field };
}

export type SystemSettingValue =
  | { readonly kind: 'value'; readonly value: ConfigValue }
  | { readonly kind: 'secret'; readonly text: string }
  | { readonly kind: 'none' };

/** Sets it, or takes it away. The operator's own act: whoever reaches the database may. */
export async function setSystemSetting(
  deps: SystemVaultDeps,
  { code, field, given }: { readonly code: string; readonly field: string; readonly given: SystemSettingValue },
): Promise<void> {
  const sealed = given.kind === 'secret' ? (await openSystemVault(deps)).seal(boundTo(code, field), given.text) : null;
  await deps.store.asOperator(async (db) => {
    await db.deleteFrom('pack_system_setting').where('code', '=', code).where('field', '=', field).execute();
    if (given.kind === 'none') return;
    const value = given.kind === 'value' ? (JSON.stringify(given.value) as never) : null;
    await db
      .insertInto('pack_system_setting')
      .values({ code, field, value, sealed, updated_at: new Date(deps.clock.now()) })
      .execute();
  });
}

export interface SystemSettingsWatch {
  current(): SystemSettings;
  /** Grows with every change that was seen. */
  generation(): number;
  /** Looks now. Throws `database_unavailable`. */
  refresh(): Promise<void>;
  /** Opened with the first secret that is read. Throws `vault_unavailable`. */
  vault(): Promise<TenantVault>;
  stop(): Promise<void>;
}

export async function watchSystemSettings(deps: SystemVaultDeps & { readonly log: Log }): Promise<SystemSettingsWatch> {
  let settings = await readSystemSettings(deps.store);
  let text = fingerprint(settings);
  let generation = 0;
  let vault: Promise<TenantVault> | undefined;
  const refresh = async (): Promise<void> => {
    const read = await readSystemSettings(deps.store);
    const now = fingerprint(read);
    if (now === text) return;
    text = now;
    settings = read;
    generation += 1;
    deps.log.info('pack-settings-changed', { by: 'operator' });
  };
  const looking = repeat(refresh, {
    every_ms: limits.pack_settings_poll_ms,
    onError: (error) => deps.log.warn('pack-settings-unread', { error }),
    later: true,
  });
  return {
    current: () => settings,
    generation: () => generation,
    refresh,
    vault: () => {
      vault ??= openSystemVault(deps).catch((thrown: unknown) => {
        vault = undefined;
        throw thrown;
      });
      return vault;
    },
    stop: () => looking.stop(),
  };
}

/** Equal for equal settings: sealing the same text again makes another one. */
function fingerprint(settings: SystemSettings): string {
  const packs = [...settings].map(([code, { values, secrets }]) => [
    code,
    Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    [...secrets]
      .map(([field, { sealed }]) => [field, sealed.toString('base64')])
      .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  ]);
  return JSON.stringify(packs.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)));
}
