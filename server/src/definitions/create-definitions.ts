// What tenants define over the API: read, checked as a whole before anything is saved, and given to each tenant as tools.
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import type { HttpClient } from '../base/http-client.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { SnapshotOf } from '../catalog/brought.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import { createCatalogue } from '../catalog/create-catalogue.ts';
import type { Kinds } from '../catalog/decode.ts';
import type { Saw } from '../catalog/mirror.ts';
import { Lifetimes } from '../catalog/lifetimes.ts';
import type { Holder } from '../catalog/lifetimes.ts';
import type { ToolProvider } from '../catalog/tool-provider.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { actorOf } from '../identity/principal.ts';
import type { Principal } from '../identity/principal.ts';
import { compileDefinitions, kindsForTenants } from './compile-definitions.ts';
import type { Compiled } from './compile-definitions.ts';
import { pathOf } from './definition.ts';
import type { Definition, DefinitionDraft, DefinitionKey, FaultyDefinition } from './definition.ts';
import { draftFaults } from './draft-faults.ts';
import { readDefinitions, removeDefinition, writeDefinition } from './stored-definitions.ts';
import type { StoredDefinitions } from './stored-definitions.ts';
import type { TenantCatalogues } from './tenant-catalogues.ts';

export interface DefinitionsDeps extends IdentityDeps {
  readonly log: Log;
  readonly http: HttpClient;
  /** All that there are; tenants get those that are meant for them. */
  readonly kinds: Kinds;
  readonly snapshotOf: SnapshotOf;
  /** Is told what looks at mirrored servers have shown. */
  readonly saw?: Saw;
  readonly catalogues: () => TenantCatalogues;
}

export interface Checked {
  /** Why the drafts cannot be saved: their own faults, and those of what works now and would not any more. */
  readonly faults: readonly Fault[];
  /** What works and leaves something out. */
  readonly warnings: readonly Fault[];
  /** Why saving them needs the permission `tools.approve`, if it does. */
  readonly to_approve: readonly string[];
}

export interface Definitions {
  readonly provider: ToolProvider;
  /** With what is wrong with each now. */
  list(principal: Principal): Promise<readonly (Definition & { readonly faults: readonly Fault[] })[]>;
  /** Whether the drafts could be saved, together. */
  check(principal: Principal, drafts: readonly DefinitionDraft[]): Promise<Checked>;
  /** Throws `definition_invalid`, `forbidden`, `conflict`. */
  save(principal: Principal, draft: DefinitionDraft): Promise<readonly Fault[]>;
  /** Throws `not_found`; `conflict` when others could not be used without it. */
  remove(principal: Principal, key: DefinitionKey): Promise<void>;
}

export function createDefinitions(deps: DefinitionsDeps): Definitions {
  const { store, clock, log, http, snapshotOf, saw } = deps;
  const kinds = kindsForTenants(deps.kinds);
  const lifetimes = new Lifetimes(log);

  const compile = (tenant_id: string, drafts: readonly DefinitionDraft[], at: CompileAt): Promise<Compiled> =>
    compileDefinitions(
      { tenant_id, drafts, earlier: at.earlier },
      { kinds, log, clock, http, snapshotOf, keep: at.holder, ...(saw === undefined ? {} : { saw }) },
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

  /** Works with a compiler against what the tenant has beside its definitions; what is opened for it is closed after it. */
  async function compiling<Answer>(principal: Principal, work: (compile: Compile) => Promise<Answer>): Promise<Answer> {
    const { tenant_id } = principal;
    return deps.catalogues().withEarlier(principal, provider, async (earlier) => {
      const holder = lifetimes.holder();
      try {
        return await work((drafts) => compile(tenant_id, drafts, { earlier, holder }));
      } finally {
        await holder.release();
      }
    });
  }

  async function check(
    principal: Principal,
    { definitions }: StoredDefinitions,
    drafts: readonly DefinitionDraft[],
  ): Promise<Checked> {
    const faults = drafts.flatMap((draft) => draftFaults(draft));
    if (faults.length > 0) return { faults: faults.slice(0, limits.faults), warnings: [], to_approve: [] };
    const changed = new Set(drafts.map((draft) => pathOf(draft)));
    const next = [...definitions.filter((one) => !changed.has(pathOf(one))), ...drafts];
    const bytes = next.reduce((sum, { body }) => sum + Buffer.byteLength(JSON.stringify(body)), 0);
    if (next.length > limits.definitions) throw conflict(`There are ${limits.definitions} definitions already`);
    if (bytes > limits.definitions_bytes) throw conflict('The definitions are too large together');
    return compiling(principal, async (compileNow) => {
      const { faulty, warnings, to_approve } = await compileNow(next);
      const own = faulty.filter((one) => changed.has(pathOf(one)));
      const broken = await newlyFaulty(faulty, { changed, definitions, compileNow });
      return {
        faults: [...own, ...broken].flatMap((one) => one.faults).slice(0, limits.faults),
        warnings: warnings.filter((one) => changed.has(pathOf(one))).flatMap((one) => one.faults),
        to_approve: [...changed].flatMap((path) =>
          to_approve.has(path) ? [`${path} ${to_approve.get(path) ?? ''}`] : [],
        ),
      };
    });
  }

  return {
    provider,
    list: async (principal) => {
      const { definitions } = await readDefinitions(store, principal.tenant_id);
      const { faulty, warnings } = await compiling(principal, (compileNow) => compileNow(definitions));
      const by_path = new Map([...warnings, ...faulty].map((one) => [pathOf(one), one.faults]));
      return definitions.map((one) => ({ ...one, faults: by_path.get(pathOf(one)) ?? [] }));
    },
    check: async (principal, drafts) => check(principal, await readDefinitions(store, principal.tenant_id), drafts),
    save: (principal, draft) =>
      inTurn(async () => {
        const stored = await readDefinitions(store, principal.tenant_id);
        const { faults, warnings, to_approve } = await check(principal, stored, [draft]);
        if (faults.length > 0)
          throw new ToolcribError('definition_invalid', { params: { count: faults.length }, faults });
        if (to_approve.length > 0 && !principal.permissions.has('tools.approve')) {
          throw new ToolcribError('forbidden', { params: { permission: 'tools.approve' } });
        }
        return (await writeDefinition(deps, draft, changeAt(principal, stored))) ? warnings : undefined;
      }),
    remove: async (principal, key) => {
      await inTurn(async () => {
        const stored = await readDefinitions(store, principal.tenant_id);
        const { definitions } = stored;
        const rest = definitions.filter((one) => pathOf(one) !== pathOf(key));
        if (rest.length === definitions.length) throw new ToolcribError('not_found');
        const users = await compiling(principal, async (compileNow) => {
          const { faulty } = await compileNow(rest);
          return newlyFaulty(faulty, { changed: new Set([pathOf(key)]), definitions, compileNow });
        });
        if (users.length > 0) throw conflict(`It is used by ${users.slice(0, 10).map(describe).join(', ')}`);
        return (await removeDefinition(deps, key, changeAt(principal, stored))) ? true : undefined;
      });
    },
  };
}

interface CompileAt {
  readonly earlier: Catalogue;
  readonly holder: Holder;
}

type Compile = (drafts: readonly DefinitionDraft[]) => Promise<Compiled>;

interface Before {
  /** By `pathOf`. */
  readonly changed: ReadonlySet<string>;
  readonly definitions: readonly DefinitionDraft[];
  readonly compileNow: Compile;
}

/** What has faults because of the change: those of others were there before it. */
async function newlyFaulty(
  faulty: readonly FaultyDefinition[],
  { changed, definitions, compileNow }: Before,
): Promise<readonly FaultyDefinition[]> {
  const others = faulty.filter((one) => !changed.has(pathOf(one)));
  if (others.length === 0) return [];
  const before = await compileNow(definitions);
  const known = new Set(before.faulty.map((one) => pathOf(one)));
  return others.filter((one) => !known.has(pathOf(one)));
}

/** Again when another change came in between. Throws `conflict`. */
async function inTurn<Answer>(attempt: () => Promise<Answer | undefined>): Promise<Answer> {
  for (let tries = 0; tries < limits.definition_tries; tries += 1) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
  }
  throw conflict('The tools of the tenant are being changed by others');
}

function changeAt(principal: Principal, { catalogue_epoch }: StoredDefinitions) {
  const { tenant_id, user_id } = principal;
  return { tenant_id, user_id, actor: actorOf(principal), catalogue_epoch };
}

function conflict(problem: string): ToolcribError {
  return new ToolcribError('conflict', { params: { problem } });
}

function describe({ entity, name }: DefinitionKey): string {
  return `the ${entity} "${name}"`;
}
