// What a template parameter adds: how its value gets into the text of the statement. A fault for one that is bound.
import { tell } from './decoding.ts';
import type { LocatedMap } from './located.ts';
import type { ParameterAt, ParameterFields } from './parameter-fields.ts';
import type { Parameter, TemplateUse } from './parameters.ts';

/** Of a list, `escape` stands at its items, and counts for the whole. */
export function decodeTemplate(
  { type, items }: Parameter,
  fields: ParameterFields,
  { node, path, use, decoding }: ParameterAt & { readonly node: LocatedMap },
): TemplateUse | undefined {
  const fault = (field: string, message: string, hint?: string): void => {
    const place = node.entries.get(field)?.key_place ?? node.place;
    tell(decoding, place, { path: `${path}.${field}`, message, hint });
  };
  if (use === 'bound') {
    for (const field of ['escape', 'unsafe'] as const) {
      if (fields[field] === undefined) continue;
      const hint = 'The value is bound to a placeholder and needs no quotes: remove the field.';
      fault(field, `"${field}" is for templateParameters`, hint);
    }
    return undefined;
  }
  if (type === 'map' || (type === 'array' && (items?.type === 'array' || items?.type === 'map'))) {
    fault('type', 'cannot be written into a statement', 'Take a string, a number, a boolean or a list of them.');
  }
  const escape = fields.escape ?? items?.template?.escape;
  const unsafe = fields.unsafe ?? false;
  if (unsafe && escape !== undefined) {
    fault('unsafe', 'contradicts "escape": a value is quoted, or goes in as it is', 'Write one of the two.');
  }
  return { ...(escape === undefined ? {} : { escape }), unsafe };
}
