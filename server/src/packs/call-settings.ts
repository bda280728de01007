// The settings of a pack as one call uses them, with its secrets in plaintext: for this call, and kept nowhere.
import type { ConfigValue, ToolConnection } from '@toolcrib/client';
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import type { TenantVault, Vault } from '../credentials/vault/vault.ts';
import type { Pack } from './pack.ts';
import type { PackSettings } from './pack-settings.ts';
import type { SecretValue } from './resolve-settings.ts';
import type { SealedSecret } from './setting-store.ts';

export interface CallSettings {
  /** Every field that has a value. */
  readonly config: Readonly<Record<string, ConfigValue>>;
  readonly connection: ToolConnection | undefined;
  /** Where the remote tools of a pack are that has no setting for it. */
  readonly address: string | undefined;
  /** Plaintexts, by the name of the field: to be kept out of logs and answers. */
  readonly secrets: ReadonlyMap<string, string>;
}

export interface OpenDeps {
  readonly vault: Vault;
  readonly systemVault: () => Promise<TenantVault>;
}

/** Throws `pack_not_configured` when a required field has no value, `vault_unavailable`. */
export async function openSettings(
  deps: OpenDeps,
  tenant_id: string,
  { pack, settings }: { readonly pack: Pack; readonly settings: PackSettings },
): Promise<CallSettings> {
  if (settings.missing.length > 0) throw notConfigured(pack, settings);
  return openPartly(deps, tenant_id, settings);
}

/** The same of what there is, whatever is missing. */
export async function openPartly(deps: OpenDeps, tenant_id: string, settings: PackSettings): Promise<CallSettings> {
  const config: Record<string, ConfigValue> = {};
  const secrets = new Map<string, string>();
  for (const { field, value, secret } of settings.fields) {
    if (value !== undefined) config[field.name] = value;
    if (secret === undefined) continue;
    const text = await openSecret(deps, tenant_id, secret);
    config[field.name] = text;
    secrets.set(field.name, text);
  }
  const { remote_cluster_url, remote_connection_id } = settings;
  const connection =
    remote_cluster_url === undefined || remote_connection_id === undefined
      ? undefined
      : { remote_cluster_url, remote_connection_id };
  return { config: Object.freeze(config), connection, address: remote_cluster_url, secrets };
}

async function openSecret(
  { vault, systemVault }: OpenDeps,
  tenant_id: string,
  secret: SecretValue<SealedSecret>,
): Promise<string> {
  if (secret.kind === 'environment') return secret.text;
  const { record_id, field, sealed } = secret.sealed;
  const opener = secret.level === 'system' ? await systemVault() : await vault.of(tenant_id);
  return opener.open({ record_id, field }, sealed);
}

/** Names what is missing and how each comes by a value. */
function notConfigured({ code }: Pack, { missing, fields }: PackSettings): ToolcribError {
  const faults = missing.map((name): Fault => {
    const found = fields.find(({ field }) => field.name === name);
    const hint = `toolcrib pack set ${code} ${name}`;
    if (found?.is_withheld === true) {
      const message = 'is not sent to an address that others have given than those who gave it';
      return { path: `config.${name}`, message, hint: `Give one for this address: ${hint}` };
    }
    return {
      path: `config.${name}`,
      message: found?.problem === undefined ? 'is not set' : 'has no valid value',
      hint,
    };
  });
  return new ToolcribError('pack_not_configured', { params: { pack: code, fields: missing.join(', ') }, faults });
}
