// What a tenant asks to change in the settings of a pack, held against the fields of its manifest: every fault at once.
import type { ConfigValue, PackSettingsBody } from '@toolcrib/client';
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { nearHint } from '../base/nearest-names.ts';
import { isRemoteBase } from '../kinds/remote/call-remote.ts';
import { fitsType, typeWords } from './manifest.ts';
import type { Pack } from './pack.ts';
import { base_url_field, isAddress } from './resolve-settings.ts';
import type { Connection } from './resolve-settings.ts';

/** In place of a value: it is taken away. */
export const value_none = null;

export interface SettingChange {
  readonly connection: {
    readonly connection_type?: 'local' | 'remote';
    readonly remote_cluster_url?: string | null;
    readonly remote_connection_id?: string | null;
  };
  readonly values: Readonly<Record<string, ConfigValue | typeof value_none>>;
  /** Plaintexts to be sealed. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Secrets to be deleted. */
  readonly forgets: readonly string[];
}

/**
 * Checks a change. A secret that is stored beside an address is forgotten when the address changes, unless it is given again:
 * whoever may change an address must not come by a secret that they do not know. Throws `body_invalid`.
 */
export function toChange(
  pack: Pack,
  body: PackSettingsBody,
  of: 'tenant' | 'workspace',
): (before: Connection<unknown>) => SettingChange {
  const faults = [...connectionFaults(body), ...fieldFaults(pack, body.config ?? {}), ...accountFaults(pack, body, of)];
  if (faults.length > 0) {
    throw new ToolcribError('body_invalid', {
      params: { problem: `its settings have ${faults.length} fault(s)` },
      faults,
    });
  }
  const { connection_type, remote_cluster_url, remote_connection_id, config = {} } = body;
  const given = Object.entries(config);
  const isSecret = (name: string): boolean => pack.fields.some((field) => field.name === name && field.secret);
  const values = Object.fromEntries(given.filter(([name]) => !isSecret(name)));
  const secrets = Object.fromEntries(
    given.flatMap(([name, value]) => (isSecret(name) && typeof value === 'string' ? [[name, value] as const] : [])),
  );
  const connection = {
    ...(connection_type === undefined ? {} : { connection_type }),
    ...(remote_cluster_url === undefined ? {} : { remote_cluster_url }),
    ...(remote_connection_id === undefined ? {} : { remote_connection_id }),
  };
  return (before) => {
    const taken_away = given.flatMap(([name, value]) => (isSecret(name) && value === null ? [name] : []));
    const stale = changesAddress(pack, before, { connection, values })
      ? [...before.secrets.keys()].filter((name) => !Object.hasOwn(secrets, name))
      : [];
    return { connection, values, secrets, forgets: [...new Set([...taken_away, ...stale])] };
  };
}

function changesAddress(
  pack: Pack,
  before: Connection<unknown>,
  { connection, values }: Pick<SettingChange, 'connection' | 'values'>,
): boolean {
  const { connection_type = before.connection_type, remote_cluster_url = before.remote_cluster_url } = connection;
  const clusterOf = (type: string, url: string | null): string | null => (type === 'remote' ? url : null);
  const was = clusterOf(before.connection_type, before.remote_cluster_url);
  if (clusterOf(connection_type, remote_cluster_url) !== was) return true;
  return pack.fields.some((field) => {
    if (!isAddress(field) || !Object.hasOwn(values, field.name)) return false;
    const known = Object.hasOwn(before.values, field.name) ? before.values[field.name] : null;
    return (values[field.name] ?? null) !== known;
  });
}

function connectionFaults({ remote_cluster_url }: PackSettingsBody): readonly Fault[] {
  if (remote_cluster_url === undefined || remote_cluster_url === null || isRemoteBase(remote_cluster_url)) return [];
  return [
    { path: 'remote_cluster_url', message: 'must be a URL with http or https, without user, query and fragment' },
  ];
}

function fieldFaults({ fields }: Pack, config: NonNullable<PackSettingsBody['config']>): readonly Fault[] {
  const names = fields.map(({ name }) => name);
  return Object.entries(config).flatMap(([name, value]): readonly Fault[] => {
    const path = `config.${name}`;
    const field = fields.find((one) => one.name === name);
    if (field === undefined) {
      const hint = nearHint(name, names);
      return [{ path, message: 'the pack has no such setting', ...(hint === undefined ? {} : { hint }) }];
    }
    if (value === null) return [];
    if (!fitsType(value, field.type)) return [{ path, message: `must be ${typeWords[field.type]}` }];
    if (typeof value !== 'string') return [];
    if (value === '') return [{ path, message: 'must not be empty', hint: 'null takes the value away.' }];
    if (value.length > limits.pack_setting_characters) {
      return [{ path, message: `has more than ${limits.pack_setting_characters} characters` }];
    }
    if (!value.isWellFormed() || value.includes('\0')) return [{ path, message: 'is no text that can be stored' }];
    if (name === base_url_field && !isRemoteBase(value)) {
      return [{ path, message: 'must be a URL with http or https, without user, query and fragment' }];
    }
    return [];
  });
}

/** Accounts of members are asked for by the address that the tenant has given; a workspace's would not be told to them. */
function accountFaults(pack: Pack, body: PackSettingsBody, of: 'tenant' | 'workspace'): readonly Fault[] {
  if (of === 'tenant' || pack.tools.every(({ need }) => need === undefined)) return [];
  const message = 'says where accounts of the members are sent, which only the whole tenant can say';
  const given = Object.entries(body.config ?? {}).filter(([, value]) => value !== null);
  const faults = given.flatMap(([name]): readonly Fault[] =>
    pack.fields.some((field) => field.name === name && isAddress(field)) ? [{ path: `config.${name}`, message }] : [],
  );
  return (body.remote_cluster_url ?? null) === null ? faults : [...faults, { path: 'remote_cluster_url', message }];
}
