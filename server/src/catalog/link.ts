// Decoded entities into a catalogue: names are unique, references lead somewhere, sources are open, tools are prepared.
// What cannot be used is listed as failed and stops nothing else.
import type { Pause } from '../base/pause.ts';
import type { Failed, NamedSource, Toolset } from './catalogue.ts';
import type { CatalogueParts } from './create-catalogue.ts';
import type { AuthServiceDefinition } from './decode-auth-service.ts';
import type { PromptDefinition } from './decode-prompt.ts';
import type { ResourceDefinition } from './decode-resource.ts';
import type { SourceDefinition } from './decode-source.ts';
import type { ToolDraft } from './decode-tool.ts';
import type { ToolsetDefinition } from './decode-toolset.ts';
import { tell } from './decoding.ts';
import { openAuthService } from './link-auth.ts';
import { linkSource } from './link-source.ts';
import { linkPrompt } from './link-prompt.ts';
import { linkResource, linkResourceTemplate } from './link-resource.ts';
import { linkBrought } from './link-brought.ts';
import { linkTool } from './link-tool.ts';
import { linkToolset } from './link-toolset.ts';
import { scopeKey } from './linking.ts';
import type { LinkDeps, NameTable, Scoped } from './linking.ts';
import type { Tool, ToolScope } from './tool.ts';

export interface LinkInput extends LinkDeps {
  readonly sources: readonly Scoped<SourceDefinition>[];
  readonly auth_services: readonly Scoped<AuthServiceDefinition>[];
  readonly tools: readonly Scoped<ToolDraft>[];
  readonly toolsets: readonly Scoped<ToolsetDefinition>[];
  readonly resource_templates: readonly Scoped<ResourceDefinition>[];
  readonly resources: readonly Scoped<ResourceDefinition>[];
  readonly prompts: readonly Scoped<PromptDefinition>[];
  /** What the same callers have from elsewhere: toolsets may name it, and nothing here takes its names. */
  readonly elsewhere?: Elsewhere;
  /** Lets others work between two entities, when it is time. */
  readonly pause: Pause;
}

export interface Elsewhere {
  readonly tools: readonly string[];
  readonly toolsets: readonly string[];
}

/** Links everything. Faults are added to the entities' own lists. */
export async function linkEntities(input: LinkInput): Promise<Omit<CatalogueParts, 'held'>> {
  const { sources, auth_services, tools, toolsets, prompts, resources, resource_templates, pause, ...more } = input;
  const { elsewhere = { tools: [], toolsets: [] }, ...deps } = more;
  tellRepeatedNames(sources, 'own scope');
  tellSharedSystems(sources);
  tellRepeatedNames(auth_services, 'whole view');
  tellRepeatedNames(tools, 'whole view');
  tellRepeatedNames(toolsets, 'whole view');
  tellRepeatedNames(prompts, 'whole view');
  tellRepeatedNames(resources, 'whole view');
  tellRepeatedNames(resource_templates, 'whole view');
  tellTaken(tools, elsewhere.tools);
  tellTaken(toolsets, elsewhere.toolsets);
  const linked_sources = await linkAll(pause, sources, (entity) => linkSource(entity, deps));
  const linked_auth = await linkAll(pause, auth_services, (entity) => openAuthService(entity, deps));
  const own_tools = await linkAll(pause, tools, (entity) =>
    linkTool(entity, {
      sources: linked_sources.names,
      auth_services: linked_auth.names,
      log: deps.log,
      keep: deps.keep,
    }),
  );
  const brought = await linkBrought({
    ...{ sources, opened: linked_sources.names, tools, keep: deps.keep, log: deps.log },
    elsewhere: elsewhere.tools,
  });
  const linked_tools = withBrought(own_tools, brought);
  const linked_prompts = await linkAll(pause, prompts, (entity) => linkPrompt(entity));
  const linked_resources = await linkAll(pause, resources, (entity) => linkResource(entity, deps));
  const linked_templates = await linkAll(pause, resource_templates, (entity) => linkResourceTemplate(entity, deps));
  const linked_toolsets = await linkAll(pause, toolsets, (entity) =>
    linkToolset(entity, {
      tools: (scope) =>
        new Map<string, unknown>([
          ...elsewhere.tools.map((name) => [name, name] as const),
          ...linked_tools.names(scope),
        ]),
      prompts: linked_prompts.names,
      resources: linked_resources.names,
      resourceTemplates: linked_templates.names,
    }),
  );
  return {
    sources: linked_sources.linked.map(({ name, scope, item }): NamedSource => ({
      ...{ name, scope, source: item.source },
      ...(item.need === undefined ? {} : { need: item.need }),
    })),
    tools: linked_tools.linked.map(({ item }) => item),
    toolsets: linked_toolsets.linked.map(({ item }): Toolset => item),
    prompts: linked_prompts.linked.map(({ item }) => item),
    resources: linked_resources.linked.map(({ item }) => item),
    resource_templates: linked_templates.linked.map(({ item }) => item),
    failed: [
      linked_sources,
      linked_auth,
      linked_tools,
      linked_toolsets,
      linked_prompts,
      linked_resources,
      linked_templates,
    ].flatMap(({ failed }) => failed),
  };
}

interface Linked<Item> {
  readonly linked: readonly { readonly name: string; readonly scope: ToolScope; readonly item: Item }[];
  readonly failed: readonly Failed[];
  readonly names: NameTable<Item>;
}

/** Links entities one by one; an item whose entity has a fault, old or new, does not count. */
async function linkAll<Definition, Item>(
  pause: Pause,
  entities: readonly Scoped<Definition>[],
  link: (entity: Scoped<Definition>) => Item | undefined,
): Promise<Linked<Item>> {
  const linked: { name: string; scope: ToolScope; item: Item }[] = [];
  const failed: Failed[] = [];
  const by_scope = new Map<string, Map<string, Item | 'failed'>>();
  for (const scoped of entities) {
    const { scope, decoding } = scoped;
    const { name, name_is_valid, entity } = scoped.entity;
    const pausing = pause();
    if (pausing !== undefined) await pausing;
    const item = link(scoped);
    const is_usable = item !== undefined && name_is_valid && decoding.faults.length === 0;
    if (is_usable) linked.push({ name, scope, item });
    else if (name_is_valid) failed.push({ entity, name, scope, faults: decoding.faults });
    const names = by_scope.get(scopeKey(scope)) ?? new Map<string, Item | 'failed'>();
    by_scope.set(scopeKey(scope), names);
    // A second one of the same name has failed; the first one keeps the name.
    if (!names.has(name)) names.set(name, is_usable ? item : 'failed');
  }
  return { linked, failed, names: (scope) => by_scope.get(scopeKey(scope)) ?? new Map<string, Item | 'failed'>() };
}

/** Tools of files and tools that sources bring, in one table of names. */
function withBrought(own: Linked<Tool>, brought: readonly Tool[]): Linked<Tool> {
  if (brought.length === 0) return own;
  const names = (scope: ToolScope): ReadonlyMap<string, Tool | 'failed'> => {
    const here = brought.filter((tool) => scopeKey(tool.scope) === scopeKey(scope));
    return new Map<string, Tool | 'failed'>([...here.map((tool) => [tool.name, tool] as const), ...own.names(scope)]);
  };
  const linked = brought.map((tool) => ({ name: tool.name, scope: tool.scope, item: tool }));
  return { ...own, linked: [...own.linked, ...linked], names };
}

/**
 * The second entity of a name is at fault. What callers see by name (tools, toolsets) may not share a name with what
 * everyone sees either: nothing is shadowed. Two tenants do not see each other.
 */
function tellRepeatedNames(entities: readonly Scoped<unknown>[], reach: 'own scope' | 'whole view'): void {
  const first = new Map<string, Scoped<unknown>>();
  const key = (scope: ToolScope, name: string): string => `${scopeKey(scope)} ${name}`;
  for (const scoped of entities) {
    const own_key = key(scoped.scope, scoped.entity.name);
    const earlier = first.get(own_key);
    if (earlier === undefined) first.set(own_key, scoped);
    else tellRepeated(scoped, earlier, 'Remove or rename one of the two.');
  }
  if (reach === 'own scope') return;
  for (const scoped of entities) {
    const system = first.get(key({ kind: 'system' }, scoped.entity.name));
    if (scoped.scope.kind !== 'tenant' || system === undefined) continue;
    tellRepeated(scoped, system, 'A tenant cannot replace what everyone sees; rename it.');
  }
}

function tellTaken(entities: readonly Scoped<unknown>[], taken: readonly string[]): void {
  const names = new Set(taken);
  for (const { entity, decoding } of entities) {
    if (!names.has(entity.name)) continue;
    const message = `there is a ${entity.entity} "${entity.name}" already, from the files of this server or a pack`;
    tell(decoding, entity.place, { path: entity.path, message, hint: 'Rename it: nothing is replaced.' });
  }
}

/** The account for a source of the whole server must not be offered to a tenant's source of the same name. */
function tellSharedSystems(sources: readonly Scoped<SourceDefinition>[]): void {
  const own_system = ({ definition, entity }: Scoped<SourceDefinition>): boolean =>
    definition?.per_caller?.need.systems.includes(entity.name) === true;
  const of_server = new Set(
    sources.flatMap((one) => (one.scope.kind === 'system' && own_system(one) ? [one.entity.name] : [])),
  );
  for (const { definition, decoding, entity, scope } of sources) {
    const shared = definition?.per_caller?.need.systems.find((system) => of_server.has(system));
    if (scope.kind !== 'tenant' || shared === undefined) continue;
    const message = `takes accounts of "${shared}", which is a source of the whole server`;
    tell(decoding, entity.place, { path: entity.path, message, hint: 'Rename it, or name another system.' });
  }
}

function tellRepeated({ entity, decoding }: Scoped<unknown>, earlier: Scoped<unknown>, hint: string): void {
  if (!entity.name_is_valid) return;
  const where = `${earlier.decoding.file}:${earlier.entity.place.line}`;
  const message = `the ${entity.entity} "${entity.name}" is already defined at ${where}`;
  tell(decoding, entity.place, { path: entity.path, message, hint });
}
