// tools/list: the tools of the caller, page by page. The text of a tool is written once and remembered with the tool.
import type { JsonObject } from '../../base/json.ts';
import { neededTokens } from '../../catalog/needed-tokens.ts';
import type { Tool } from '../../catalog/tool.ts';
import { pageText } from './page.ts';
import { metaKeys } from './protocol.ts';
import type { Failure } from './protocol.ts';

const texts = new WeakMap<Tool, string>();

/** The members of the result, as JSON text without the braces. */
export function listTools(tools: readonly Tool[], params: JsonObject, page_items?: number): string | Failure {
  return pageText('tools', tools, { params, write: textOf, page_items });
}

function textOf(tool: Tool): string {
  let text = texts.get(tool);
  if (text === undefined) texts.set(tool, (text = JSON.stringify(describe(tool))));
  return text;
}

function describe(tool: Tool): JsonObject {
  const { name, title, description, input_schema, output_schema, read_only, danger, annotations } = tool;
  const meta = metaOf(tool);
  return {
    name,
    ...(title === undefined ? {} : { title }),
    description,
    inputSchema: input_schema,
    ...(output_schema === undefined ? {} : { outputSchema: output_schema }),
    annotations: {
      readOnlyHint: read_only,
      // Unless the author says so, only a low-danger write is taken for one that destroys nothing.
      destructiveHint: !read_only && danger !== 'low',
      ...annotations,
    },
    ...(meta === undefined ? {} : { _meta: meta }),
  };
}

/**
 * The tokens that a tool asks for, as the toolbox clients read it: older revisions under the first prefix, 2026-07-28
 * under the second. They send a token only to a tool that names its service for the call itself or for a parameter that
 * is published, and filled parameters are not: so the service of such a parameter is named for the call as well. They want
 * a token of every service named, so that of several that may fill one parameter only the first is.
 */
function metaOf(tool: Tool): JsonObject | undefined {
  // Whoever shows the tool to a model can tell that its words are a stranger's.
  const mark = tool.untrusted === true ? { [metaKeys.untrusted]: true } : undefined;
  const tokens = neededTokens(tool);
  if (tokens === undefined) return mark;
  const filling = Object.values(tokens.parameters).flatMap(([first]) => first ?? []);
  const invoke = [...new Set([...tokens.required, ...filling])];
  const entries = ['toolbox', 'com.google.cloud'].flatMap((prefix) => [
    [`${prefix}/authInvoke`, invoke],
    [`${prefix}/authParam`, tokens.parameters],
  ]);
  return { ...mark, ...Object.fromEntries(entries) } as JsonObject;
}
