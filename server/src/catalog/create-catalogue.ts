// The loaded catalogue as an object: who sees what, answered from maps that are built once.
import type { Catalogue, Failed, HeldFile, NamedSource, Toolset } from './catalogue.ts';
import type { Prompt } from './prompt.ts';
import type { Resource, ResourceTemplate } from './resource.ts';
import type { Tool, ToolScope } from './tool.ts';

export interface CatalogueParts {
  readonly tools: readonly Tool[];
  readonly toolsets: readonly Toolset[];
  readonly prompts: readonly Prompt[];
  readonly resources: readonly Resource[];
  readonly resource_templates: readonly ResourceTemplate[];
  readonly sources: readonly NamedSource[];
  readonly failed: readonly Failed[];
  readonly held: readonly HeldFile[];
}

interface Scoped {
  readonly name: string;
  readonly scope: ToolScope;
}

/** What one tenant sees of something, by name and in the order of the names. */
interface View<Item> {
  readonly items: readonly Item[];
  readonly by_name: ReadonlyMap<string, Item>;
}

/** Builds the catalogue. Names must be unique within what one tenant sees. `dispose` closes what it has; never rejects. */
export function createCatalogue(parts: CatalogueParts, dispose: () => Promise<void>): Catalogue {
  const tools = parts.tools.toSorted(byName);
  const toolsets = parts.toolsets.toSorted(byName);
  const toolsOf = createViews(tools);
  const toolsetsOf = createViews(toolsets);
  const promptsOf = createViews(parts.prompts.toSorted(byName));
  const resourcesOf = createViews(parts.resources.toSorted(byName));
  const templatesOf = createViews(parts.resource_templates.toSorted(byName));
  const { sources, failed, held } = parts;
  const isOwn = ({ scope }: { readonly scope: ToolScope }, tenant_id: string): boolean =>
    scope.kind === 'tenant' && scope.tenant_id === tenant_id;
  return {
    tools,
    toolsets,
    sources,
    failed,
    held,
    findTool: (tenant_id, name) => toolsOf(tenant_id).by_name.get(name),
    findToolset: (tenant_id, name) => toolsetsOf(tenant_id).by_name.get(name),
    visibleTools: (tenant_id) => toolsOf(tenant_id).items,
    visibleToolsets: (tenant_id) => toolsetsOf(tenant_id).items,
    visiblePrompts: (tenant_id) => promptsOf(tenant_id).items,
    visibleResources: (tenant_id) => resourcesOf(tenant_id).items,
    visibleResourceTemplates: (tenant_id) => templatesOf(tenant_id).items,
    visibleSources: (tenant_id) => {
      const used = new Set(toolsOf(tenant_id).items.map(({ scope, source }) => `${scope.kind} ${source}`));
      return {
        sources: sources.filter(({ scope, name }) => isSeenBy(tenant_id, scope) && used.has(`${scope.kind} ${name}`)),
        failed: failed.filter((item) => isOwn(item, tenant_id)),
        held: held.filter((item) => isOwn(item, tenant_id)),
      };
    },
    ...createLease(dispose),
  };
}

/** Counts the calls that hold the catalogue, and lets go of it with the last one after it was replaced. */
function createLease(dispose: () => Promise<void>): Pick<Catalogue, 'hold' | 'release' | 'retire' | 'close'> {
  let calls = 0;
  let is_retired = false;
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= dispose());
  return {
    hold: () => void (calls += 1),
    release: () => {
      calls -= 1;
      if (is_retired && calls === 0) void close();
    },
    retire: () => {
      is_retired = true;
      if (calls === 0) void close();
    },
    close,
  };
}

function byName(a: Scoped, b: Scoped): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function isSeenBy(tenant_id: string, scope: ToolScope): boolean {
  return scope.kind === 'system' || scope.tenant_id === tenant_id;
}

/** One view per tenant that has items of its own, and one for all others. */
function createViews<Item extends Scoped>(items: readonly Item[]): (tenant_id: string) => View<Item> {
  const view = (seen: readonly Item[]): View<Item> => ({
    items: seen,
    by_name: new Map(seen.map((item) => [item.name, item])),
  });
  const tenants = new Set(items.flatMap(({ scope }) => (scope.kind === 'tenant' ? [scope.tenant_id] : [])));
  const common = view(items.filter(({ scope }) => scope.kind === 'system'));
  const own = new Map(
    [...tenants].map((tenant_id) => [tenant_id, view(items.filter(({ scope }) => isSeenBy(tenant_id, scope)))]),
  );
  return (tenant_id) => own.get(tenant_id) ?? common;
}
