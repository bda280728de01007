// Find and authorise: which tools exist for a principal. Listing and calling go through here, and nowhere else (A07).
import { ToolcribError } from '../base/errors.ts';
import { nearHint } from '../base/nearest-names.ts';
import type { Catalogue, Toolset } from '../catalog/catalogue.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Permission } from '../identity/permissions.ts';
import type { Principal } from '../identity/principal.ts';
import type { Offer } from './call.ts';

/** Throws `forbidden` when the principal lacks the permission. */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!principal.permissions.has(permission)) throw new ToolcribError('forbidden', { params: { permission } });
}

/** The tools that the principal can call, in the toolset's order when one is named. Throws `toolset_not_found`. */
export function visibleTools(
  catalogue: Catalogue,
  principal: Principal,
  toolset_name: string | undefined,
): readonly Tool[] {
  if (toolset_name === undefined) return catalogue.visibleTools(principal.tenant_id);
  return findToolset(catalogue, principal, toolset_name)
    .tool_names.map((name) => catalogue.findTool(principal.tenant_id, name))
    .filter((tool) => tool !== undefined);
}

/** What a caller is offered beside tools: everything it can see, or what a toolset names. Throws `toolset_not_found`. */
export function visibleOffer(catalogue: Catalogue, principal: Principal, toolset_name: string | undefined): Offer {
  const { tenant_id } = principal;
  const all = {
    prompts: catalogue.visiblePrompts(tenant_id),
    resources: catalogue.visibleResources(tenant_id),
    resource_templates: catalogue.visibleResourceTemplates(tenant_id),
  };
  if (toolset_name === undefined) return all;
  const toolset = findToolset(catalogue, principal, toolset_name);
  return {
    ...(toolset.description === undefined ? {} : { instructions: toolset.description }),
    prompts: named(all.prompts, toolset.prompt_names),
    resources: named(all.resources, toolset.resource_names),
    resource_templates: named(all.resource_templates, toolset.resource_template_names),
  };
}

function named<Item extends { readonly name: string }>(
  items: readonly Item[],
  names: readonly string[],
): readonly Item[] {
  return names.flatMap((name) => items.find((item) => item.name === name) ?? []);
}

/** One of those tools. Throws `tool_not_found` with near names, `toolset_not_found`. */
export function findTool(
  catalogue: Catalogue,
  principal: Principal,
  { tool: name, toolset: toolset_name }: { readonly tool: string; readonly toolset?: string | undefined },
): Tool {
  const tool = catalogue.findTool(principal.tenant_id, name);
  if (tool !== undefined) {
    if (toolset_name === undefined) return tool;
    if (findToolset(catalogue, principal, toolset_name).tool_names.includes(name)) return tool;
  }
  const names = visibleTools(catalogue, principal, toolset_name).map((visible) => visible.name);
  throw new ToolcribError('tool_not_found', { params: { tool: cut(name), near: nearHint(name, names) } });
}

function findToolset(catalogue: Catalogue, principal: Principal, name: string): Toolset {
  const toolset = catalogue.findToolset(principal.tenant_id, name);
  if (toolset !== undefined) return toolset;
  const names = catalogue.visibleToolsets(principal.tenant_id).map((visible) => visible.name);
  throw new ToolcribError('toolset_not_found', { params: { toolset: cut(name), near: nearHint(name, names) } });
}

/** A name that came from outside, short enough to show. */
function cut(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}
