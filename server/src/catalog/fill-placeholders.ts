// `${NAME}` and `${NAME:default}` in the values of an entity. Filled in after parsing and inside scalars only, so that a
// value can never change the structure; never in statements, where only bound parameters may carry values, and never in
// names and types, which must be readable in the file.
import { tell } from './decoding.ts';
import type { Decoding, Environment } from './decoding.ts';
import { joinPath } from './located.ts';
import type { Filled, Located, LocatedScalar } from './located.ts';

const placeholder = /\$\{(\w+)(?::([^}]*))?\}/g;
const literalFields: ReadonlySet<string> = new Set(['statement', 'name', 'kind', 'type']);

/** A copy with every placeholder filled in. Tells the defects of the values and the variables that are missing. */
export function fillPlaceholders(node: Located, path: string, environment: Environment, decoding: Decoding): Located {
  for (const defect of node.defects ?? []) {
    tell(decoding, defect.place, { path: `${path}${defect.path}`, message: defect.message, hint: defect.hint });
  }
  switch (node.kind) {
    case 'scalar':
      return fillScalar(node, path, environment, decoding);
    case 'list':
      return {
        ...node,
        items: node.items.map((item, index) => fillPlaceholders(item, joinPath(path, [index]), environment, decoding)),
      };
    case 'map': {
      const entries = [...node.entries].map(([key, { key_place, value }]) => {
        const surroundings = literalFields.has(key) && value.kind === 'scalar' ? noEnvironment : environment;
        const filled = fillPlaceholders(value, joinPath(path, [key]), surroundings, decoding);
        return [key, { key_place, value: filled }] as const;
      });
      return { ...node, entries: new Map(entries) };
    }
  }
}

/** Marks a place where placeholders are plain text. */
const noEnvironment: Environment = () => undefined;

function fillScalar(node: LocatedScalar, path: string, environment: Environment, decoding: Decoding): Located {
  if (typeof node.value !== 'string' || environment === noEnvironment) return node;
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
