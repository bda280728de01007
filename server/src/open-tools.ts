// Which tools there are: those of the files, what other MCP servers have, and what each tenant has beside them, put together.
import type { Kinds } from './catalog/decode.ts';
import type { ToolProvider } from './catalog/tool-provider.ts';
import type { Closers } from './closers.ts';
import { createDefinitions } from './definitions/create-definitions.ts';
import type { Definitions } from './definitions/create-definitions.ts';
import { createMirrors } from './definitions/mirror/create-mirrors.ts';
import { TenantCatalogues } from './definitions/tenant-catalogues.ts';
import { allKinds, loadTools } from './load-tools.ts';
import type { Ground } from './open-ground.ts';

export interface ToolsOptions {
  readonly strict?: boolean | undefined;
  readonly more_kinds?: Partial<Kinds> | undefined;
  /** Before the tenants' own definitions: no name is taken from them. */
  readonly providers: readonly ToolProvider[];
  /** Drops what is remembered of tenants after a change. */
  readonly forgetIdentities: () => void;
}

/** Throws `config_invalid`. */
export async function openTools(
  ground: Ground,
  { providers, forgetIdentities, ...options }: ToolsOptions,
  closers: Closers,
) {
  const mirrors = createMirrors({ ...ground, forgetIdentities });
  const catalogue = closers.add(
    await loadTools({ ...ground, ...options }, { store: ground.store, http: ground.outgoing, mirrors }),
  );
  const definitions: Definitions = createDefinitions({
    ...{ ...ground, kinds: allKinds(options.more_kinds), forgetIdentities },
    ...{ snapshotOf: mirrors.snapshotOf, saw: mirrors.saw, catalogues: () => catalogues },
  });
  // Packs, then the tenants' own definitions.
  const catalogues = closers.add(
    new TenantCatalogues({ files: catalogue.current, providers: [...providers, definitions.provider] }),
  );
  closers.add(mirrors);
  return { catalogue, mirrors, definitions, catalogues };
}
