// `${NAME}` and `${NAME:default}` in the values of an entity. Filled in after parsing and inside scalars only, so that a
// value can never change the structure; never in statements, where only bound parameters may carry values, and never in
// names and types, which must be readable in the file.
import { tell } from './decoding.ts';
import type { Decoding, Environment } from './decoding.ts';
import { joinPath } from './located.ts';
import type { Filled, Located, LocatedScalar } from './located.ts';

const placeholder = /\$\{(\w+)(?::([^}]*))?\}/g;
const literalFields: ReadonlySet<string> = new Set(['statement', 'name', 'kind', 'type']);

export interface Filling {
  readonly environment: Environment;
  readonly decoding: Decoding;
}

/** A copy with every placeholder filled in. Tells the defects of the values and the variables that are missing. */
export function fillPlaceholders(node: Located, path: string, filling: Filling): Located {
  for (const defect of node.defects ?? []) {
    tell(filling.decoding, defect.place, { ...defect, path: `${path}${defect.path}` });
  }
  if (node.kind === 'scalar') return fillScalar(node, path, filling);
  if (node.kind === 'list') {
    const items = node.items.map((item, index) => fillPlaceholders(item, joinPath(path, [index]), filling));
    return { ...node, items };
  }
  const entries = [...node.entries].map(([key, { key_place, value }]) => {
    const is_literal = literalFields.has(key) && value.kind === 'scalar' && value.defects === undefined;
    const filled = is_literal ? value : fillPlaceholders(value, joinPath(path, [key]), filling);
    return [key, { key_place, value: filled }] as const;
  });
  return { ...node, entries: new Map(entries) };
}

function fillScalar(node: LocatedScalar, path: string, { environment, decoding }: Filling): LocatedScalar {
  if (typeof node.value !== 'string') return node;
  const names: string[] = [];
  let missing = false;
  const value = node.value.replaceAll(placeholder, (_whole, name: string, fallback: string | undefined) => {
    names.push(name);
    const found = environment(name);
    if (found !== undefined && found !== '') decoding.filled.set(found, name);
    if (found === undefined && fallback === undefined) {
      missing = true;
      const message = `the environment variable ${name} is not set`;
      tell(decoding, node.place, { path, message, hint: `Set it, or write a default: \${${name}:value}.` });
    }
    return found ?? fallback ?? '';
  });
  const filled: Filled = { names, missing };
  return names.length === 0 ? node : { ...node, value, filled };
}

/** A filled-in text as a number or a boolean, where its text is one. */
export function typedText(value: LocatedScalar['value'], wanted: string): number | boolean | undefined {
  if (wanted === 'boolean') return value === 'true' ? true : value === 'false' ? false : undefined;
  return wanted === 'number' && /^-?\d+(\.\d+)?$/.test(String(value)) ? Number(value) : undefined;
}
