// The values of a call in the order of the tool's parameters, which is the order in which they are bound.
import type { Arguments, ArgumentValue, Parameter } from '../../catalog/parameters.ts';

/** One value per parameter; `null` (SQL NULL) where an optional one is absent. */
export function orderedValues(args: Arguments, parameters: readonly Parameter[]): readonly ArgumentValue[] {
  return parameters.map((parameter) => args[parameter.name] ?? null);
}
