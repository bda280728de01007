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

function describe({ description, parameters, auth }: Tool): unknown {
  const published = parameters.filter(({ filled_from }) => filled_from === undefined || filled_from.kind === 'claims');
  return {
    description,
    parameters: published.map((parameter) => describeParameter(parameter)),
    authRequired: auth?.required ?? [],
  };
}

/** Newer clients read `authServices`, older ones `authSources`. */
function describeParameter(parameter: Parameter): unknown {
  const { name, type, required, description, items, value_type, filled_from, default: fallback } = parameter;
  const services = filled_from?.kind === 'claims' ? filled_from.claims.map(({ service }) => service) : [];
  return {
    name,
    type: type === 'map' ? 'object' : type,
    required,
    description,
    authServices: services,
    authSources: services,
    ...(items === undefined ? {} : { items: describeParameter(items) }),
    ...(type === 'map' ? { additionalProperties: value_type === undefined ? true : { type: value_type } } : {}),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}
