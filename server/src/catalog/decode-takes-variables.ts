// `variables: true` of a parameter: its argument may name secret variables of the caller. Only where the author says so:
// otherwise a model could send any secret to any tool.
import { tell } from './decoding.ts';
import type { LocatedMap } from './located.ts';
import type { ParameterAt, ParameterFields } from './parameter-fields.ts';
import type { Parameter } from './parameters.ts';

/** Also false after telling why it cannot be so. */
export function decodeTakesVariables(
  { type, constraints, filled_from, template }: Omit<Parameter, 'variables'>,
  fields: ParameterFields,
  { node, path, decoding }: ParameterAt & { readonly node: LocatedMap },
): boolean {
  if (fields.variables !== true) return false;
  const fault = (message: string): void => {
    const place = node.entries.get('variables')?.key_place ?? node.place;
    tell(decoding, place, { path: `${path}.variables`, message, hint: 'Remove one of the two.' });
  };
  if (type !== 'string') fault('secret variables are texts: only a parameter of type string takes them');
  if (constraints !== undefined) fault('contradicts the bounds of the value: it is known only when the call runs');
  if (filled_from !== undefined) fault('is about arguments, and this value is filled in');
  if (template !== undefined) fault('a secret cannot be written into the text of a statement');
  return true;
}
