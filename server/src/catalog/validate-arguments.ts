// The checking of a call's arguments against a tool's parameters: on the path of every call, so everything that can be
// decided once is decided when the validator is built, and words are looked for only after a refusal.
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { isJsonObject } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { nearestNames, validNames } from '../base/nearest-names.ts';
import { compileCheck } from './check-value.ts';
import type { ValueCheck } from './check-value.ts';
import { describeValue, shortened } from './describe-value.ts';
import type { Arguments, ArgumentValue, Parameter } from './parameters.ts';

interface CompiledParameter {
  readonly name: string;
  readonly required: boolean;
  readonly fallback: ArgumentValue;
  readonly check: ValueCheck;
}

/**
 * Builds the validator of one tool. It takes parsed JSON (`undefined` stands for no arguments at all), gives one entry
 * per parameter and never changes a value: `null` counts as absent, absent and optional becomes the default or null.
 * It throws `arguments_invalid` with one fault per argument.
 */
export function compileValidator(tool_name: string, parameters: readonly Parameter[]): (args: unknown) => Arguments {
  const compiled: readonly CompiledParameter[] = parameters.map((parameter) => ({
    name: parameter.name,
    required: parameter.required,
    fallback: (parameter.default ?? null) as ArgumentValue,
    check: compileCheck(parameter),
  }));

  return (args) => {
    if (args !== undefined && !isJsonObject(args)) throw refusal(tool_name, [notAnObject(args)]);
    const given: Readonly<Record<string, unknown>> = args ?? {};
    const checked: Record<string, ArgumentValue> = {};
    let known = 0;
    let valid = true;
    for (const { name, required, fallback, check } of compiled) {
      // Own properties only: a parameter may be called `constructor`.
      const is_own = Object.hasOwn(given, name);
      const value = is_own ? given[name] : undefined;
      if (is_own) known += 1;
      if (value === null || value === undefined) {
        checked[name] = fallback;
        if (required) valid = false;
      } else if (check.accepts(value)) checked[name] = value;
      else valid = false;
    }
    if (!valid || countKeys(given) !== known) throw refusal(tool_name, findFaults(compiled, given));
    return checked;
  };
}

function countKeys(given: Readonly<Record<string, unknown>>): number {
  let count = 0;
  for (const key in given) if (Object.hasOwn(given, key)) count += 1;
  return count;
}

function refusal(tool: string, faults: readonly Fault[]): ToolcribError {
  return new ToolcribError('arguments_invalid', { params: { tool }, faults });
}

function notAnObject(args: unknown): Fault {
  return {
    path: '',
    message: `expected an object with one entry per argument, got ${describeValue(args)}`,
    hint: 'Send the arguments by name: {"name": value}.',
  };
}

function findFaults(
  parameters: readonly CompiledParameter[],
  given: Readonly<Record<string, unknown>>,
): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { name, required, check } of parameters) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === null || value === undefined) {
      if (required) faults.push({ path: name, message: 'the argument is required and missing' });
    } else if (!check.accepts(value)) {
      const { path, ...fault } = check.explain(value);
      faults.push({ path: `${name}${path}`, ...fault });
    }
  }
  const names = parameters.map(({ name }) => name);
  const unknown = Object.keys(given).filter((key) => !names.includes(key));
  for (const key of unknown.slice(0, limits.faults)) faults.push(unknownArgument(key, names));
  return faults;
}

function unknownArgument(key: string, names: readonly string[]): Fault {
  const near = nearestNames(key, names, names.length);
  const nearest_first = [...near, ...names.filter((name) => !near.includes(name))];
  return {
    path: shortened(key),
    message: 'there is no argument of this name',
    hint: names.length === 0 ? 'The tool takes no arguments.' : validNames(nearest_first),
  };
}
