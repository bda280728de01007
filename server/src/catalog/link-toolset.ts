// One decoded toolset with its tools.
import { nearHint } from '../base/nearest-names.ts';
import type { Toolset } from './catalogue.ts';
import type { ToolsetDefinition } from './decode-toolset.ts';
import { tell } from './decoding.ts';
import type { NameTable, Scoped } from './linking.ts';
import type { Tool } from './tool.ts';

/**
 * The toolset with the tools that can be used. A tool that has failed is left out, as its own faults say why; one that
 * does not exist is a fault of the toolset. A tenant's toolset may also name tools that everyone sees.
 */
export function linkToolset(scoped: Scoped<ToolsetDefinition>, tools: NameTable<Tool>): Toolset | undefined {
  const { definition, scope, decoding } = scoped;
  if (definition === undefined) return undefined;
  const own = tools(scope);
  const common = tools({ kind: 'system' });
  const tool_names: string[] = [];
  for (const { name, shown, path, place } of definition.tools) {
    const tool = own.get(name) ?? common.get(name);
    if (tool === undefined) {
      const hint = nearHint(name, [...new Set([...own.keys(), ...common.keys()])]);
      tell(decoding, place, { path, message: `there is no tool ${shown}`, hint });
    } else if (tool !== 'failed') tool_names.push(name);
  }
  const { name, description } = definition;
  return { name, ...(description === undefined ? {} : { description }), scope, tool_names };
}
