// What tenants have beside the files: packs, then their own definitions, put together for each.
import type { SnapshotOf } from './catalog/brought.ts';
import type { Catalogue } from './catalog/catalogue.ts';
import type { ToolProvider } from './catalog/tool-provider.ts';
import { createDefinitions } from './definitions/create-definitions.ts';
import type { Definitions, DefinitionsDeps } from './definitions/create-definitions.ts';
import { TenantCatalogues } from './definitions/tenant-catalogues.ts';

export interface TenantTools {
  readonly definitions: Definitions;
  readonly catalogues: TenantCatalogues;
}

interface Sources {
  /** The files' catalogue of this moment. */
  readonly files: () => Catalogue;
  /** Before the tenants' own definitions: no name is taken from them. */
  readonly providers: readonly ToolProvider[];
}

type Deps = Omit<DefinitionsDeps, 'catalogues' | 'snapshotOf'> & { readonly snapshotOf?: SnapshotOf };

export function openTenantTools(deps: Deps, { files, providers }: Sources): TenantTools {
  const definitions: Definitions = createDefinitions({
    snapshotOf: () => Promise.resolve(undefined),
    ...deps,
    catalogues: () => catalogues,
  });
  const catalogues = new TenantCatalogues({ files, providers: [...providers, definitions.provider] });
  return { definitions, catalogues };
}
