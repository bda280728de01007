// What tenants define over the API: read, and checked as a whole before anything is saved.
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { ToolProvider } from '../catalog/tool-provider.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { actorOf } from '../identity/principal.ts';
import type { Principal } from '../identity/principal.ts';
import { createDefinitionCompiler } from './definition-compiler.ts';
import type { Compile, CompilerDeps, DefinitionCompiler } from './definition-compiler.ts';
import { pathOf } from './definition.ts';
import type { Definition, DefinitionDraft, DefinitionKey, FaultyDefinition } from './definition.ts';
import { draftFaults } from './draft-faults.ts';
import { readDefinitions, removeDefinition, writeDefinition } from './stored-definitions.ts';
import type { StoredDefinitions } from './stored-definitions.ts';
import { Turns } from './turns.ts';

export type DefinitionsDeps = IdentityDeps & CompilerDeps;

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
  /** Whether the drafts could be saved, together. Throws `conflict` when there would be too many. */
  check(principal: Principal, drafts: readonly DefinitionDraft[]): Promise<Checked>;
  /** Answers what is left out. Throws `definition_invalid`, `forbidden`, `conflict`. */
  save(principal: Principal, draft: DefinitionDraft): Promise<readonly Fault[]>;
  /** Throws `not_found`; `conflict` when others could not be used without it. */
  remove(principal: Principal, key: DefinitionKey): Promise<void>;
}

export function createDefinitions(deps: DefinitionsDeps): Definitions {
  const { store } = deps;
  const compiler = createDefinitionCompiler(deps);
  const turns = new Turns();
  const inTurn = <Answer>({ tenant_id }: Principal, work: () => Promise<Answer>): Promise<Answer> =>
    turns.take(tenant_id, work);

  /** Undefined when something of the tenant has changed since it was checked. */
  async function save(principal: Principal, draft: DefinitionDraft): Promise<readonly Fault[] | undefined> {
    const stored = await readDefinitions(store, principal.tenant_id);
    const { faults, warnings, to_approve } = await check(compiler, principal, { stored, drafts: [draft] });
    if (faults.length > 0) throw new ToolcribError('definition_invalid', { params: { count: faults.length }, faults });
    if (to_approve.length > 0 && !principal.permissions.has('tools.approve')) {
      throw new ToolcribError('forbidden', { params: { permission: 'tools.approve' } });
    }
    return (await writeDefinition(deps, draft, changeAt(principal, stored))) ? warnings : undefined;
  }

  async function remove(principal: Principal, key: DefinitionKey): Promise<true | undefined> {
    const stored = await readDefinitions(store, principal.tenant_id);
    const users = await usersOf(compiler, principal, { key, definitions: stored.definitions });
    if (users.length > 0) throw conflict(`It is used by ${users.slice(0, 10).map(describe).join(', ')}`);
    return (await removeDefinition(deps, key, changeAt(principal, stored))) ? true : undefined;
  }

  return {
    provider: compiler.provider,
    list: (principal) =>
      inTurn(principal, async () => {
        const { definitions } = await readDefinitions(store, principal.tenant_id);
        const { faulty, warnings } = await compiler.compiling(principal, (compile) => compile(definitions));
        const by_path = new Map([...warnings, ...faulty].map((one) => [pathOf(one), one.faults]));
        return definitions.map((one) => ({ ...one, faults: by_path.get(pathOf(one)) ?? [] }));
      }),
    check: (principal, drafts) =>
      inTurn(principal, async () =>
        check(compiler, principal, { stored: await readDefinitions(store, principal.tenant_id), drafts }),
      ),
    save: (principal, draft) => inTurn(principal, () => retried(() => save(principal, draft))),
    remove: (principal, key) => inTurn(principal, async () => void (await retried(() => remove(principal, key)))),
  };
}

interface ToCheck {
  readonly stored: StoredDefinitions;
  readonly drafts: readonly DefinitionDraft[];
}

async function check(
  compiler: DefinitionCompiler,
  principal: Principal,
  { stored: { definitions }, drafts }: ToCheck,
): Promise<Checked> {
  const faults = drafts.flatMap((draft) => draftFaults(draft));
  if (faults.length > 0) return { faults: faults.slice(0, limits.faults), warnings: [], to_approve: [] };
  const changed = new Set(drafts.map((draft) => pathOf(draft)));
  const next = [...definitions.filter((one) => !changed.has(pathOf(one))), ...drafts];
  const bytes = next.reduce((sum, { body }) => sum + Buffer.byteLength(JSON.stringify(body)), 0);
  if (next.length > limits.definitions) throw conflict(`There can be ${limits.definitions} definitions`);
  if (bytes > limits.definitions_bytes) throw conflict('The definitions are too large together');
  return compiler.compiling(principal, async (compile) => {
    const { faulty, warnings, to_approve } = await compile(next);
    const own = faulty.filter((one) => changed.has(pathOf(one)));
    const broken = await newlyFaulty(faulty, { changed, definitions, compile });
    return {
      faults: [...own, ...broken].flatMap((one) => one.faults).slice(0, limits.faults),
      warnings: warnings.filter((one) => changed.has(pathOf(one))).flatMap((one) => one.faults),
      to_approve: [...to_approve].flatMap(([path, reason]) => (changed.has(path) ? [`${path} ${reason}`] : [])),
    };
  });
}

/** What could not be used without it. Throws `not_found`. */
async function usersOf(
  compiler: DefinitionCompiler,
  principal: Principal,
  { key, definitions }: { readonly key: DefinitionKey; readonly definitions: readonly DefinitionDraft[] },
): Promise<readonly FaultyDefinition[]> {
  const changed = new Set([pathOf(key)]);
  const rest = definitions.filter((one) => !changed.has(pathOf(one)));
  if (rest.length === definitions.length) throw new ToolcribError('not_found');
  return compiler.compiling(principal, async (compile) => {
    const { faulty } = await compile(rest);
    return newlyFaulty(faulty, { changed, definitions, compile });
  });
}

interface Before {
  /** By `pathOf`. */
  readonly changed: ReadonlySet<string>;
  readonly definitions: readonly DefinitionDraft[];
  readonly compile: Compile;
}

/** What has faults because of the change: those of others were there before it. */
async function newlyFaulty(
  faulty: readonly FaultyDefinition[],
  { changed, definitions, compile }: Before,
): Promise<readonly FaultyDefinition[]> {
  const others = faulty.filter((one) => !changed.has(pathOf(one)));
  if (others.length === 0) return [];
  const before = await compile(definitions);
  const known = new Set(before.faulty.map((one) => pathOf(one)));
  return others.filter((one) => !known.has(pathOf(one)));
}

/** Again when another change came in between. Throws `conflict`. */
async function retried<Answer>(attempt: () => Promise<Answer | undefined>): Promise<Answer> {
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
