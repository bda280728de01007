// Where the platform takes a parameter's value from, when it is not the caller's to give.
import { callerFacts, isCallerFact } from '../base/caller.ts';
import { nearHint } from '../base/nearest-names.ts';
import { tell } from './decoding.ts';
import type { LocatedMap } from './located.ts';
import type { ParameterAt, ParameterFields } from './parameter-fields.ts';
import type { FilledFrom, Parameter } from './parameters.ts';

type Field = 'authServices' | 'authSources' | 'valueFrom' | 'valueFromParam';

/** Undefined for an ordinary argument, and after telling why there is none. Whether what it names exists is checked later. */
export function decodeFilledFrom(
  { type, items, default: fallback }: Parameter,
  fields: ParameterFields,
  { node, path, decoding }: ParameterAt & { readonly node: LocatedMap },
): FilledFrom | undefined {
  const fault = (field: string, message: string, hint?: string): void => {
    const { key_place = node.place } = node.entries.get(field) ?? {};
    tell(decoding, key_place, { path: `${path}.${field}`, message, hint });
  };
  const [first, second] = givenFields(fields);
  if (first === undefined) return undefined;
  if (second !== undefined) {
    fault(second, `contradicts "${first}": the value comes from one place`, 'Write one of the two.');
  }
  if (fallback !== undefined) {
    const message = `contradicts "${first}": a value that is filled in has no default`;
    fault('default', message, 'For one that may be missing write required: false.');
  }
  switch (first) {
    case 'valueFromParam':
      return { kind: 'parameter', name: fields.valueFromParam ?? '' };
    case 'valueFrom':
      if (type !== 'string') fault('type', 'what is known of the caller is text', 'Write type: string.');
      if (isCallerFact(fields.valueFrom)) return { kind: 'caller', fact: fields.valueFrom };
      fault('valueFrom', 'nothing of this name is known of the caller', nearHint(fields.valueFrom ?? '', callerFacts));
      return undefined;
    default:
      if (type === 'array' && (items?.type === 'array' || items?.type === 'map')) {
        fault('items', 'no claim is a list of lists or objects', 'Take a scalar, a list of scalars or a map.');
      }
      return {
        kind: 'claims',
        claims: (fields[first] ?? []).map(({ name, field }) => ({ service: name, field })),
      };
  }
}

/** An empty list of auth services says that there are none, as in MCP Toolbox. */
function givenFields(fields: ParameterFields): readonly Field[] {
  const all = ['authServices', 'authSources', 'valueFrom', 'valueFromParam'] as const;
  return all.filter((field) => fields[field] !== undefined && fields[field].length > 0);
}
