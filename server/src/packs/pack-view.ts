// Packs as the surfaces show them: to a tenant, with its settings and where each comes from. A secret is set or not set.
import type { Pack as PackOnWire, PackField, PackSummary } from '@toolcrib/client';
import type { Pack } from './pack.ts';
import { isEnabled } from './pack-settings.ts';
import type { PackSettings } from './pack-settings.ts';
import { isAddress } from './resolve-settings.ts';
import type { ResolvedField } from './resolve-settings.ts';
import type { SealedSecret, StoredConnection } from './setting-store.ts';

export function packSummary(pack: Pack, rows: readonly StoredConnection[], settings: PackSettings): PackSummary {
  const { code, manifest, tools } = pack;
  const { display_name, version, type, description = '' } = manifest;
  return {
    ...{ code, display_name, version, type, description },
    enabled: isEnabled(pack, rows),
    configured: settings.missing.length === 0,
    tools: tools.length,
  };
}

export interface PackViewed {
  readonly rows: readonly StoredConnection[];
  readonly settings: PackSettings;
  /** Null: the settings of the whole tenant. */
  readonly workspace_id: string | null;
}

export function packDetail(pack: Pack, { rows, settings, workspace_id }: PackViewed): PackOnWire {
  const own = rows.find((row) => row.code === pack.code && row.workspace_id === workspace_id);
  return {
    ...packSummary(pack, rows, settings),
    workspace_id,
    tool_list: pack.tools.map(({ definition, provider, source_type, need }) => {
      const { name, description, read_only = false, danger = read_only ? 'low' : 'medium', category } = definition;
      return {
        ...{ name, description, provider: provider ?? null, source_type, danger, category: category ?? 'other' },
        ...{ read_only, systems: need?.systems ?? [] },
      };
    }),
    fields: settings.fields.map((field) => fieldOnWire(field)),
    connection: {
      connection_type: own?.connection_type ?? 'local',
      remote_cluster_url: own?.remote_cluster_url ?? null,
      remote_connection_id: own?.remote_connection_id ?? null,
    },
    ui_schema: pack.ui_schema ?? null,
    routes: pack.routes.map(({ method, path, summary = '' }) => ({
      method,
      path: `/packs/${pack.code}${path}`,
      summary,
    })),
  };
}

function fieldOnWire({ field, origin, value, is_withheld, problem }: ResolvedField<SealedSecret>): PackField {
  const { name, type, title = '', description = '', required, secret, env_var = null } = field;
  const withheld = 'a secret that is there is not sent to an address that others have given';
  return {
    ...{ name, type, title, description, required, secret, address: isAddress(field), env_var },
    is_set: origin !== null,
    value: value ?? null,
    origin,
    problem: is_withheld ? withheld : (problem ?? null),
  };
}
