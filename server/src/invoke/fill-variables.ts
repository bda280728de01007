// The step *fill*: the caller's secret variables, for tools that use some. Before anybody is asked for a yes, so that what
// is missing is told first; what is shown, digested and recorded are the arguments as they came.
import { resolveVariables, valueOf } from '../base/resolve-variables.ts';
import type { Arguments } from '../catalog/parameters.ts';
import type { Variables } from '../credentials/variable-reader.ts';
import { known } from './known.ts';
import type { CorridorDeps, Walk } from './walk.ts';

/** Costs nothing for a tool that uses none. */
export function fillVariables(walk: Walk, deps: CorridorDeps): void | Promise<void> {
  if (known(walk.tool).variables === undefined) return undefined;
  const variables = deps.variablesOf(known(walk.principal));
  return variables instanceof Promise ? variables.then((read) => fill(walk, read)) : fill(walk, variables);
}

function fill(walk: Walk, variables: Variables): void {
  const { variables: needed = [], parameters } = known(walk.tool);
  const used = new Map<string, string>();
  const lookUp = (name: string): string | undefined => {
    const value = variables.get(name);
    if (value !== undefined) used.set(name, value);
    return value;
  };
  for (const name of needed) valueOf(name, lookUp, undefined);
  const given = known(walk.args);
  let filled: Record<string, Arguments[string]> | undefined;
  for (const { name, variables: takes } of parameters) {
    const value = given[name];
    if (takes !== true || typeof value !== 'string') continue;
    filled ??= { ...given };
    filled[name] = resolveVariables(value, lookUp);
  }
  walk.variables = variables;
  walk.filled_args = filled;
  walk.secret = (name, fallback) => valueOf(name, lookUp, fallback);
  walk.secrets_used = used;
}
