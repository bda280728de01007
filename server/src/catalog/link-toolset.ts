// One decoded toolset with its tools, prompts and resources.
import { nearHint } from '../base/nearest-names.ts';
import type { Toolset } from './catalogue.ts';
import { toolsetWords } from './decode-toolset.ts';
import type { ToolsetDefinition, ToolsetList } from './decode-toolset.ts';
import { tell } from './decoding.ts';
import type { NameTable, Scoped } from './linking.ts';

export type ToolsetTables = Readonly<Record<ToolsetList, NameTable<unknown>>>;

/**
 * The toolset with what can be used. What has failed is left out, as its own faults say why; what does not exist is a
 * fault of the toolset. A tenant's toolset may also name what everyone sees.
 */
export function linkToolset(scoped: Scoped<ToolsetDefinition>, tables: ToolsetTables): Toolset | undefined {
  const { definition, scope } = scoped;
  if (definition === undefined) return undefined;
  const { name, description } = definition;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    scope,
    tool_names: usableNames(scoped, 'tools', tables),
    prompt_names: usableNames(scoped, 'prompts', tables),
    resource_names: usableNames(scoped, 'resources', tables),
    resource_template_names: usableNames(scoped, 'resourceTemplates', tables),
  };
}

function usableNames(
  { definition, scope, decoding }: Scoped<ToolsetDefinition>,
  list: ToolsetList,
  tables: ToolsetTables,
): readonly string[] {
  const own = tables[list](scope);
  const common = tables[list]({ kind: 'system' });
  return (definition?.references[list] ?? []).flatMap(({ name, shown, path, place }) => {
    const found = own.get(name) ?? common.get(name);
    if (found !== undefined) return found === 'failed' ? [] : [name];
    const hint = nearHint(name, [...new Set([...own.keys(), ...common.keys()])]);
    tell(decoding, place, { path, message: `there is no ${toolsetWords[list]} ${shown}`, hint });
    return [];
  });
}
