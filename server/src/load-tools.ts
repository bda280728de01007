// Loads the tools of a start: the configured and the ready-made files, or the demo, with every kind.
import { processEnvironment } from './base/config.ts';
import type { Environment } from './base/config.ts';
import type { Clock } from './base/clock.ts';
import { ToolcribError } from './base/errors.ts';
import type { HttpClient } from './base/http-client.ts';
import type { Log } from './base/log.ts';
import type { Config } from './base/settings.ts';
import type { Kinds } from './catalog/decode.ts';
import type { CatalogueFile } from './catalog/find-files.ts';
import { startLiveCatalogue } from './catalog/live-catalogue.ts';
import type { LiveCatalogue } from './catalog/live-catalogue.ts';
import type { Mirrors } from './definitions/mirror/create-mirrors.ts';
import { makeDemo } from './demo.ts';
import { findTenant } from './identity/tenants.ts';
import { authServiceKinds, resourceKinds, sourceKinds, toolKinds } from './kinds/kinds.ts';
import { prebuiltFiles } from './prebuilt.ts';
import type { Store } from './store/store.ts';

export interface ToolsToLoad {
  readonly config: Config;
  readonly strict?: boolean | undefined;
  readonly more_kinds?: Partial<Kinds> | undefined;
  readonly environment?: Environment | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Nothing is configured: the server shows what it can do. */
export function isDemo({ tools, prebuilt }: Config): boolean {
  return tools.length === 0 && prebuilt.length === 0;
}

/** Throws `config_invalid`. */
export async function loadTools(
  options: ToolsToLoad,
  { store, http, mirrors }: { readonly store: Store; readonly http: HttpClient; readonly mirrors: Mirrors },
): Promise<LiveCatalogue> {
  const { config, log, clock, more_kinds, strict = false, environment = processEnvironment } = options;
  return startLiveCatalogue({
    files: isDemo(config) ? [makeDemo(config.data_folder)] : await catalogueFiles(config, store),
    environment,
    kinds: allKinds(more_kinds),
    deps: { log, clock, http, snapshotOf: mirrors.snapshotOf, saw: mirrors.saw },
    strict,
  });
}

/** Those that are built in and more. */
export function allKinds(more: Partial<Kinds> | undefined): Kinds {
  return {
    tools: [...toolKinds, ...(more?.tools ?? [])],
    sources: [...sourceKinds, ...(more?.sources ?? [])],
    auth_services: [...(more?.auth_services ?? []), ...authServiceKinds],
    resources: [...resourceKinds, ...(more?.resources ?? [])],
  };
}

/** The ready-made and the configured files with their scope; a tenant is named by its slug. Throws `config_invalid`. */
async function catalogueFiles(config: Config, store: Store): Promise<readonly CatalogueFile[]> {
  const files = await Promise.all(
    config.tools.map(async ({ path, tenant: slug }): Promise<CatalogueFile> => {
      if (slug === undefined) return { path, scope: { kind: 'system' } };
      const tenant = await findTenant({ store }, slug);
      if (tenant !== undefined) return { path, scope: { kind: 'tenant', tenant_id: tenant.id } };
      const fault = { path: 'tools', message: `There is no tenant "${slug}"`, hint: `toolcrib tenant create ${slug}` };
      throw new ToolcribError('config_invalid', { params: { count: 1 }, faults: [fault] });
    }),
  );
  return [...prebuiltFiles(config.prebuilt), ...files];
}
