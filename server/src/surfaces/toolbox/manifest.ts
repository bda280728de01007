// The manifest by which clients of the toolbox learn tools: JSON text, written once per tool.
import type { Parameter } from '../../catalog/parameters.ts';
import type { Tool } from '../../catalog/tool.ts';

const texts = new WeakMap<Tool, string>();

export function manifestText(tools: readonly Tool[], version: string): string {
  const entries = tools.map((tool) => `${JSON.stringify(tool.name)}:${textOf(tool)}`);
  return `{"serverVersion":${JSON.stringify(version)},"tools":{${entries.join(',')}}}`;
}

function textOf(tool: Tool): string {
  let text = texts.get(tool);
  if (text === undefined) texts.set(tool, (text = JSON.stringify(describe(tool))));
  return text;
}

function describe({ description, parameters }: Tool): unknown {
  return { description, parameters: parameters.map((parameter) => describeParameter(parameter)), authRequired: [] };
}

/** Newer clients read `authServices`, older ones `authSources`. */
function describeParameter({ name, type, required, description, items, default: fallback }: Parameter): unknown {
  return {
    name,
    type,
    required,
    description,
    authServices: [],
    authSources: [],
    ...(items === undefined ? {} : { items: describeParameter(items) }),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}
