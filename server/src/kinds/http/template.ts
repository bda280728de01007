// Texts with placeholders as MCP Toolbox writes them: `{{.name}}`, and with a function `{{json .name}}`. Only that: no
// conditions, no loops, nothing that runs.

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string; readonly filter: string | undefined };

const placeholder = /\{\{-?\s*(?:(\w+)\s+)?\.([A-Za-z0-9_-]+)\s*-?\}\}/g;

export interface Template {
  readonly parts: readonly TemplatePart[];
  /** What stands in braces and is no placeholder. */
  readonly unknown: readonly string[];
}

export function parseTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  let end = 0;
  for (const match of text.matchAll(placeholder)) {
    const [whole, filter, name = ''] = match;
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push({ kind: 'value', name, filter });
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  const unknown = parts.flatMap((part) => (part.kind === 'text' ? (part.text.match(/\{\{.{0,40}/g) ?? []) : []));
  return { parts, unknown };
}

/** The names of the placeholders. */
export function placeholderNames({ parts }: Template): ReadonlySet<string> {
  return new Set(parts.flatMap((part) => (part.kind === 'value' ? [part.name] : [])));
}
