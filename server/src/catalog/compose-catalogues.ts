// Several catalogues as the one that a tenant sees: the first, and what later ones add. No name is taken from an earlier
// one: whoever comes later with it fails visibly (attack A22).
import type { Catalogue, Failed, Toolset } from './catalogue.ts';
import type { EntityKind } from './split-entities.ts';
import type { ToolScope } from './tool.ts';

/**
 * The catalogue of one tenant; any other one sees nothing in it. Holding it holds every part; `retire` and `close` are for
 * the later parts, which are its own, and not for the first, which many share.
 */
export function composeCatalogues(tenant_id: string, first: Catalogue, later: readonly Catalogue[]): Catalogue {
  const parts = [first, ...later];
  const failed: Failed[] = parts.flatMap((part) => part.failed);
  const join = <Item extends Named>(entity: EntityKind, itemsOf: (part: Catalogue) => readonly Item[]): Joined<Item> =>
    joinLists(itemsOf(first), later.map(itemsOf), (item) => void failed.push(nameTaken(entity, item)));
  const tools = join('tool', (part) => part.visibleTools(tenant_id));
  const toolsets = join('toolset', (part) => {
    const own = part.visibleToolsets(tenant_id);
    return part === first ? own : own.map((toolset) => withoutLost(toolset, { part, tenant_id }, tools));
  });
  const prompts = join('prompt', (part) => part.visiblePrompts(tenant_id));
  const resources = join('resource', (part) => part.visibleResources(tenant_id));
  const templates = join('resource template', (part) => part.visibleResourceTemplates(tenant_id));
  const isIts = (asked: string): boolean => asked === tenant_id;
  const each = (act: (part: Catalogue) => void, whom: readonly Catalogue[]) => (): void => {
    for (const part of whom) act(part);
  };
  return {
    tools: tools.items,
    toolsets: toolsets.items,
    sources: parts.flatMap((part) => part.sources),
    failed,
    held: first.held,
    findTool: (asked, name) => (isIts(asked) ? (first.findTool(asked, name) ?? tools.added.get(name)) : undefined),
    findToolset: (asked, name) =>
      isIts(asked) ? (first.findToolset(asked, name) ?? toolsets.added.get(name)) : undefined,
    visibleTools: (asked) => (isIts(asked) ? tools.items : []),
    visibleToolsets: (asked) => (isIts(asked) ? toolsets.items : []),
    visiblePrompts: (asked) => (isIts(asked) ? prompts.items : []),
    visibleResources: (asked) => (isIts(asked) ? resources.items : []),
    visibleResourceTemplates: (asked) => (isIts(asked) ? templates.items : []),
    visibleSources: (asked) => {
      if (!isIts(asked)) return { sources: [], failed: [], held: [] };
      const seen = parts.map((part) => part.visibleSources(asked));
      return {
        sources: seen.flatMap(({ sources }) => sources),
        failed: failed.filter(({ scope }) => scope.kind === 'tenant' && scope.tenant_id === asked),
        held: seen.flatMap(({ held }) => held),
      };
    },
    hold: each((part) => part.hold(), parts),
    release: each((part) => part.release(), parts),
    retire: each((part) => part.retire(), later),
    close: async () => void (await Promise.all(later.map((part) => part.close()))),
  };
}

interface Named {
  readonly name: string;
  readonly scope: ToolScope;
}

interface Joined<Item> {
  /** Sorted by name. The first list itself when nothing is added. */
  readonly items: readonly Item[];
  readonly added: ReadonlyMap<string, Item>;
}

function joinLists<Item extends Named>(
  first: readonly Item[],
  later: readonly (readonly Item[])[],
  refuse: (item: Item) => void,
): Joined<Item> {
  const added = new Map<string, Item>();
  if (later.every((items) => items.length === 0)) return { items: first, added };
  const names = new Set(first.map(({ name }) => name));
  for (const item of later.flat()) {
    if (names.has(item.name) || added.has(item.name)) refuse(item);
    else added.set(item.name, item);
  }
  const items = [...first, ...added.values()].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { items, added };
}

/** A toolset of a later catalogue must not come to name a tool of somebody else that has taken its own tool's name. */
function withoutLost(
  toolset: Toolset,
  { part, tenant_id }: { readonly part: Catalogue; readonly tenant_id: string },
  { added }: Joined<Named>,
): Toolset {
  const isLost = (name: string): boolean => {
    const own = part.findTool(tenant_id, name);
    return own !== undefined && added.get(name) !== own;
  };
  if (!toolset.tool_names.some(isLost)) return toolset;
  return { ...toolset, tool_names: toolset.tool_names.filter((name) => !isLost(name)) };
}

function nameTaken(entity: EntityKind, { name, scope }: Named): Failed {
  const message = `the name "${name}" of the ${entity} is taken by one that was there before it`;
  return { entity, name, scope, faults: [{ path: `${entity}.${name}`, message, hint: 'Rename it.' }] };
}
