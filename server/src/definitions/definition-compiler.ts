// Compiles the definitions of tenants: for their calls, and to see whether a change would work. What stays the same is opened
// once and taken over from one compilation to the next.
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { TenantHttp } from '../base/tenant-http.ts';
import type { SnapshotOf } from '../catalog/brought.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import { createCatalogue } from '../catalog/create-catalogue.ts';
import type { Kinds } from '../catalog/decode.ts';
import { Lifetimes } from '../catalog/lifetimes.ts';
import type { Holder } from '../catalog/lifetimes.ts';
import type { Saw } from '../catalog/mirror.ts';
import type { ToolProvider } from '../catalog/tool-provider.ts';
import type { Store } from '../store/store.ts';
import { compileDefinitions, kindsForTenants } from './compile-definitions.ts';
import type { Compiled } from './compile-definitions.ts';
import type { DefinitionDraft } from './definition.ts';
import { readDefinitions } from './stored-definitions.ts';
import type { CatalogueReader, TenantCatalogues } from './tenant-catalogues.ts';

export interface CompilerDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** For what their sources send without a call, such as a look whether they answer. */
  readonly tenant_http: TenantHttp;
  /** All that there are; tenants get those that are meant for them. */
  readonly kinds: Kinds;
  readonly snapshotOf: SnapshotOf;
  /** Is told what looks at mirrored servers have shown. */
  readonly saw?: Saw;
  readonly catalogues: () => TenantCatalogues;
}

export type Compile = (drafts: readonly DefinitionDraft[]) => Promise<Compiled>;

export interface DefinitionCompiler {
  readonly provider: ToolProvider;
  /** Works with a compiler against what the tenant has beside its definitions; what is opened for it is closed after it. */
  compiling<Answer>(reader: CatalogueReader, work: (compile: Compile) => Promise<Answer>): Promise<Answer>;
}

interface CompileAt {
  readonly earlier: Catalogue;
  readonly holder: Holder;
}

export function createDefinitionCompiler(deps: CompilerDeps): DefinitionCompiler {
  const { store, clock, log, tenant_http, snapshotOf, saw } = deps;
  const kinds = kindsForTenants(deps.kinds);
  const lifetimes = new Lifetimes(log);
  const link = { kinds, log, clock, snapshotOf, ...(saw === undefined ? {} : { saw }) };

  const compile = (tenant_id: string, drafts: readonly DefinitionDraft[], at: CompileAt): Promise<Compiled> =>
    compileDefinitions(
      { tenant_id, drafts, earlier: at.earlier },
      { ...link, http: tenant_http.of(tenant_id), keep: at.holder },
    );

  const provider: ToolProvider = {
    name: 'definitions',
    generation: () => 0,
    catalogueOf: async (tenant_id, { earlier, catalogue_epoch }) => {
      // No definition was ever saved.
      if (catalogue_epoch === '0') return undefined;
      const { definitions } = await readDefinitions(store, tenant_id);
      if (definitions.length === 0) return undefined;
      const holder = lifetimes.holder();
      const { parts } = await compile(tenant_id, definitions, { earlier, holder });
      return createCatalogue(parts, () => holder.release());
    },
  };

  return {
    provider,
    compiling: (reader, work) =>
      deps.catalogues().withEarlier(reader, provider, async (earlier) => {
        const holder = lifetimes.holder();
        try {
          return await work((drafts) => compile(reader.tenant_id, drafts, { earlier, holder }));
        } finally {
          await holder.release();
        }
      }),
  };
}
