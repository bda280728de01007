// The definitions of one tenant into a catalogue: decoded and linked as a tool file is, with nothing of the server in reach.
// No environment, no folder, no source of anybody else; only kinds that are meant for tenants.
import type { Fault } from '../base/errors.ts';
import { createPause } from '../base/pause.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import type { CatalogueParts } from '../catalog/create-catalogue.ts';
import { decodeFile } from '../catalog/decode.ts';
import type { Kinds } from '../catalog/decode.ts';
import type { Decoded } from '../catalog/decode-entity.ts';
import type { SourceDefinition } from '../catalog/decode-source.ts';
import type { ToolDraft } from '../catalog/decode-tool.ts';
import { noEnvironment, tell } from '../catalog/decoding.ts';
import { linkEntities } from '../catalog/link.ts';
import type { LinkDeps, Scoped } from '../catalog/linking.ts';
import { isName, nameRule } from '../catalog/names.ts';
import type { Entity } from '../catalog/split-entities.ts';
import type { Tool, ToolScope } from '../catalog/tool.ts';
import { approvalReason, bindAccounts, secretReason } from './bind-accounts.ts';
import { pathOf } from './definition.ts';
import type { DefinitionDraft, FaultyDefinition } from './definition.ts';
import { locateJson } from './locate-json.ts';

export interface CompileInput {
  readonly tenant_id: string;
  readonly drafts: readonly DefinitionDraft[];
  /** What the tenant has from the files and packs: names in it are taken. */
  readonly earlier: Catalogue;
}

export interface CompileDeps extends LinkDeps {
  /** Of a tenant (`kindsForTenants`). */
  readonly kinds: Kinds;
}

export interface Compiled {
  readonly parts: CatalogueParts;
  /** What cannot be used. */
  readonly faulty: readonly FaultyDefinition[];
  /** Sources that can be used, with what they bring that cannot. */
  readonly warnings: readonly FaultyDefinition[];
  /** What only somebody with `tools.approve` may save, by `pathOf`, and why. */
  readonly to_approve: ReadonlyMap<string, string>;
}

/** What tenants may define of all that there is. */
export function kindsForTenants({ sources, tools }: Kinds): Kinds {
  const open = sources.filter(({ for_tenants }) => for_tenants !== undefined);
  const types = new Set(open.map(({ type }) => type));
  return {
    sources: open,
    tools: tools.filter(({ source_types, for_tenants }) =>
      source_types.length === 0 ? for_tenants === true : source_types.some((type) => types.has(type)),
    ),
    auth_services: [],
    resources: [],
  };
}

/** Never throws for anything that the definitions hold. */
export async function compileDefinitions(input: CompileInput, { kinds, ...deps }: CompileDeps): Promise<Compiled> {
  const { tenant_id, drafts, earlier } = input;
  const scope: ToolScope = { kind: 'tenant', tenant_id };
  const pause = createPause(deps.clock);
  const entities = drafts.map((draft) => toEntity(draft));
  const split = { entities, faults: [], unreadable: [] };
  const decoded = await decodeFile({ split, file: 'definitions', environment: noEnvironment, kinds, pause });
  const at = { scope, base_folder: no_folder };
  const sources = decoded.sources.map((source) => bindAccounts({ ...forTenants(source), ...at }));
  const tools = decoded.tools.map((tool) => ({ ...tool, ...at }));
  const toolsets = decoded.toolsets.map((toolset) => ({ ...toolset, ...at }));
  for (const entity of [...sources, ...tools, ...toolsets]) tellBadName(entity);
  tellOwnSources(sources, earlier, tenant_id);
  const linked = await linkEntities({
    ...{ sources, tools, toolsets, pause, ...deps, of_definition: true },
    ...{ auth_services: [], prompts: [], resources: [], resource_templates: [] },
    elsewhere: {
      tools: earlier.visibleTools(tenant_id).map(({ name }) => name),
      toolsets: earlier.visibleToolsets(tenant_id).map(({ name }) => name),
    },
  });
  const kept = withoutForeignAccounts(linked.tools, sources);
  const usable = new Set(linked.sources.map(({ name }) => pathOf({ entity: 'source', name })));
  const faulty = [...sources, ...tools, ...toolsets].flatMap((one) => faultyOf(one));
  return {
    parts: { ...linked, tools: kept, failed: faulty.map((one) => ({ ...one, scope })), held: [] },
    faulty: faulty.filter((one) => !usable.has(pathOf(one))),
    warnings: faulty.filter((one) => usable.has(pathOf(one))),
    to_approve: new Map([...sources.flatMap(sourceToApprove), ...tools.flatMap(toolToApprove)]),
  };
}

/** No path begins here: whatever tries to read a file of the server fails. */
const no_folder = '\0';

function toEntity({ entity, name, body }: DefinitionDraft): Entity {
  const path = pathOf({ entity, name });
  const place = { line: 1, column: 1 };
  return {
    entity,
    name,
    name_is_valid: isName(name),
    path,
    place,
    body: locateJson(body),
    type_keys: ['kind', 'type'],
  };
}

/** Tells what only a file may say. */
function forTenants(source: Decoded<SourceDefinition>): Decoded<SourceDefinition> {
  const { definition, decoding, entity } = source;
  if (definition === undefined || decoding.faults.length > 0) return source;
  const { kind, config } = definition;
  for (const { path, message, hint } of kind.for_tenants?.check?.(config) ?? []) {
    tell(decoding, entity.place, { path: path === '' ? entity.path : `${entity.path}.${path}`, message, hint });
  }
  return source;
}

function tellBadName({ entity, decoding }: Scoped<unknown>): void {
  if (entity.name_is_valid) return;
  tell(decoding, entity.place, { path: `${entity.entity}s`, message: 'has a name that is not valid', hint: nameRule });
}

/** What is kept for a source is kept under its name. */
function tellOwnSources(sources: readonly Scoped<SourceDefinition>[], earlier: Catalogue, tenant_id: string): void {
  const own = earlier.sources.filter(({ scope }) => scope.kind === 'tenant' && scope.tenant_id === tenant_id);
  const names = new Set(own.map(({ name }) => name));
  for (const { entity, decoding } of sources) {
    if (!names.has(entity.name)) continue;
    const message = `there is a source "${entity.name}" already, from the files of this server`;
    tell(decoding, entity.place, { path: entity.path, message, hint: 'Rename it: nothing is replaced.' });
  }
}

/** The wall behind `bindAccounts`: a kind that makes tools of its own may ask for no other accounts than its source may. */
function withoutForeignAccounts(tools: readonly Tool[], sources: readonly Scoped<SourceDefinition>[]): readonly Tool[] {
  const by_name = new Map(sources.map((source) => [source.entity.name, source]));
  return tools.filter(({ name, source: source_name, credential_need }) => {
    const source = by_name.get(source_name ?? '');
    const allowed = source?.definition?.per_caller?.need.systems ?? [];
    const foreign = credential_need?.systems.find((system) => !allowed.includes(system));
    if (foreign === undefined) return true;
    if (source === undefined) return false;
    const message = `its tool "${name}" asks for accounts of "${foreign}", which the source does not name`;
    const { entity, decoding } = source;
    tell(decoding, entity.place, { path: entity.path, message, hint: 'Name them in "credential".' });
    return false;
  });
}

function faultyOf({ entity: { entity, name }, decoding }: Scoped<unknown>): readonly FaultyDefinition[] {
  if (decoding.faults.length === 0 || (entity !== 'source' && entity !== 'tool' && entity !== 'toolset')) return [];
  return [{ entity, name, faults: decoding.faults.map(({ path, message, hint }) => toFault(path, message, hint)) }];
}

/** Without the places of a file that does not exist. */
function toFault(path: string, message: string, hint: string | undefined): Fault {
  return hint === undefined ? { path, message } : { path, message, hint };
}

function sourceToApprove(source: Scoped<SourceDefinition>): readonly (readonly [string, string])[] {
  const reason = approvalReason(source);
  return reason === undefined ? [] : [[pathOf({ entity: 'source', name: source.entity.name }), reason]];
}

function toolToApprove({ entity, definition }: Scoped<ToolDraft>): readonly (readonly [string, string])[] {
  if (definition?.definition?.variables === undefined) return [];
  return [[pathOf({ entity: 'tool', name: entity.name }), secretReason]];
}
