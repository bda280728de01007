// Which value each setting of a pack has, and where it comes from. Pure: the same for the settings page and for every call.
//
// Per field: system (the operator's, stored) > connection (the workspace's, then the tenant's) > environment > default.
// A secret goes only where whoever gave it, or somebody above them, has said that requests go: the operator's token is never
// sent to an address of a tenant, nor the tenant's to one of a workspace (docs/decisions/0171).
import type { ConfigValue } from '@toolcrib/client';
import type { Environment } from '../catalog/decoding.ts';
import { fitsType } from './manifest.ts';
import type { SettingField, SettingType } from './manifest.ts';

export type SettingOrigin = 'system' | 'workspace' | 'tenant' | 'environment' | 'default';

/** What one level has stored. */
export interface StoredSettings<Sealed> {
  readonly values: Readonly<Record<string, unknown>>;
  readonly secrets: ReadonlyMap<string, Sealed>;
}

export interface Connection<Sealed> extends StoredSettings<Sealed> {
  readonly connection_type: 'local' | 'remote';
  readonly remote_cluster_url: string | null;
  readonly remote_connection_id: string | null;
}

export interface SettingLevels<Sealed> {
  readonly system: StoredSettings<Sealed> | undefined;
  readonly workspace: Connection<Sealed> | undefined;
  readonly tenant: Connection<Sealed> | undefined;
  readonly environment: Environment;
}

/** A secret as it is kept: where it was stored, or in the environment. */
export type SecretValue<Sealed> =
  | { readonly kind: 'sealed'; readonly level: 'system' | 'workspace' | 'tenant'; readonly sealed: Sealed }
  | { readonly kind: 'environment'; readonly text: string };

export interface ResolvedField<Sealed> {
  readonly field: SettingField;
  readonly origin: SettingOrigin | null;
  /** Undefined for secrets, and when there is none. */
  readonly value: ConfigValue | undefined;
  readonly secret: SecretValue<Sealed> | undefined;
  /** There is a secret, but it was given by somebody above whoever says where requests go. */
  readonly is_withheld: boolean;
  /** What is wrong with the value of the environment, which is therefore not used. */
  readonly problem: string | undefined;
}

export interface ResolvedSettings<Sealed> {
  readonly fields: readonly ResolvedField<Sealed>[];
  /** Names of required fields without a value, in the order of the manifest. */
  readonly missing: readonly string[];
  /**
   * Every address that requests go to, as soon as the tenant or a workspace has said one of them; empty when the operator and
   * the pack say them alone.
   */
  readonly changed_addresses: readonly string[];
  /** Whether a workspace has said it. */
  readonly has_workspace_address: boolean;
  readonly remote_cluster_url: string | undefined;
  readonly remote_connection_id: string | undefined;
}

/** The setting that the address of a remote connection stands for. */
export const base_url_field = 'base_url';
export const api_token_field = 'api_token';

/** Whether the value says where requests go: every text that is no secret may, unless the manifest says otherwise. */
export function isAddress({ name, type, secret, address }: SettingField): boolean {
  return !secret && type === 'string' && (address !== false || name === base_url_field);
}

/** Whoever is further up is trusted with more. */
const ranks = { workspace: 0, tenant: 1, environment: 2, default: 2, system: 2 } as const satisfies Record<
  SettingOrigin,
  number
>;

export function resolveSettings<Sealed>(
  fields: readonly SettingField[],
  levels: SettingLevels<Sealed>,
): ResolvedSettings<Sealed> {
  const open = new Map(fields.filter(({ secret }) => !secret).map((field) => [field.name, findValue(field, levels)]));
  const cluster = clusterUrl(levels);
  const addresses = fields
    .filter((field) => isAddress(field))
    .flatMap(({ name }) => {
      const found = open.get(name);
      return found === undefined || found.origin === null ? [] : [{ origin: found.origin, value: String(found.value) }];
    });
  // A pack without a field for it: the connection alone says where its remote tools are.
  if (cluster !== undefined && !open.has(base_url_field)) addresses.push(cluster);
  const lowest = Math.min(...addresses.map(({ origin }) => ranks[origin]), ranks.system);
  const resolved = fields.map(
    (field) => open.get(field.name) ?? findSecret(field, levels, (origin) => ranks[origin] <= lowest),
  );
  return {
    fields: resolved,
    missing: resolved.filter(({ field, origin }) => field.required && origin === null).map(({ field }) => field.name),
    changed_addresses: lowest < ranks.system ? addresses.map(({ value }) => value) : [],
    has_workspace_address: lowest === ranks.workspace,
    // Never beside what the operator has said: a function that takes it sends the secrets along.
    remote_cluster_url: open.has(base_url_field) ? textOf(open.get(base_url_field)?.value) : cluster?.value,
    remote_connection_id: connectionId(levels),
  };
}

function textOf(value: ConfigValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The connection that counts: the workspace's, then the tenant's, and each only where it is of the type remote. */
function clusterUrl<Sealed>({ workspace, tenant }: SettingLevels<Sealed>) {
  const of = (connection: Connection<Sealed> | undefined): string | null =>
    connection?.connection_type === 'remote' ? connection.remote_cluster_url : null;
  const [of_workspace, of_tenant] = [of(workspace), of(tenant)];
  if (of_workspace !== null) return { origin: 'workspace', value: of_workspace } as const;
  return of_tenant === null ? undefined : ({ origin: 'tenant', value: of_tenant } as const);
}

function connectionId<Sealed>({ workspace, tenant }: SettingLevels<Sealed>): string | undefined {
  const of = (connection: Connection<Sealed> | undefined): string | null =>
    connection?.connection_type === 'remote' ? connection.remote_connection_id : null;
  return of(workspace) ?? of(tenant) ?? undefined;
}

function findValue<Sealed>(field: SettingField, levels: SettingLevels<Sealed>): ResolvedField<Sealed> {
  const none = { field, origin: null, value: undefined, secret: undefined, is_withheld: false, problem: undefined };
  const { name, type, env_var, default: fallback } = field;
  for (const level of ['system', 'workspace', 'tenant'] as const) {
    const stored = levels[level];
    const value = stored === undefined ? undefined : storedValue(name, stored);
    if (fitsType(value, type)) return { ...none, origin: level, value };
  }
  const text = env_var === undefined ? undefined : levels.environment(env_var);
  const value = text === undefined ? undefined : readText(text, type);
  if (value !== undefined) return { ...none, origin: 'environment', value };
  const problem = text === undefined ? undefined : `the environment variable ${env_var ?? ''} does not hold one`;
  if (fallback !== undefined) return { ...none, origin: 'default', value: fallback, problem };
  return { ...none, problem };
}

/** The address of a remote connection is what it says of `base_url`. */
function storedValue<Sealed>(name: string, stored: StoredSettings<Sealed> | Connection<Sealed>): unknown {
  if (name === base_url_field && 'connection_type' in stored && stored.connection_type === 'remote') {
    if (stored.remote_cluster_url !== null) return stored.remote_cluster_url;
  }
  return Object.hasOwn(stored.values, name) ? stored.values[name] : undefined;
}

/** A text of the environment or of the command line as a value of the type; undefined when it is none. */
export function readText(text: string, type: SettingType): ConfigValue | undefined {
  if (text === '') return undefined;
  if (type === 'string') return text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  return fitsType(value, type) ? value : undefined;
}

/** The first secret that may go where requests go. */
function findSecret<Sealed>(
  field: SettingField,
  levels: SettingLevels<Sealed>,
  mayGo: (origin: SettingOrigin) => boolean,
): ResolvedField<Sealed> {
  const { name, env_var } = field;
  const none = { field, origin: null, value: undefined, secret: undefined, problem: undefined };
  let is_withheld = false;
  for (const level of ['system', 'workspace', 'tenant'] as const) {
    const sealed = levels[level]?.secrets.get(name);
    if (sealed === undefined) continue;
    if (mayGo(level)) return { ...none, origin: level, secret: { kind: 'sealed', level, sealed }, is_withheld: false };
    is_withheld = true;
  }
  const text = env_var === undefined ? undefined : levels.environment(env_var);
  if (text === undefined || text === '') return { ...none, is_withheld };
  if (mayGo('environment')) {
    return { ...none, origin: 'environment', secret: { kind: 'environment', text }, is_withheld: false };
  }
  return { ...none, is_withheld: true };
}
