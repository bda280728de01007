// The checking of a call's arguments against a tool's parameters: on the path of every call, so everything that can be
// decided once is decided when the validator is built, and words are looked for only after a refusal.
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { isJsonObject } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { nearestNames, validNames } from '../base/nearest-names.ts';
import type { Effort } from './check-constraints.ts';
import { compileCheck, expectedWords } from './check-value.ts';
import type { ValueCheck } from './check-value.ts';
import { describeType, describeValue, shortened } from './describe-value.ts';
import type { Arguments, ArgumentValue, FilledFrom, Parameter } from './parameters.ts';

/** Gives the value of a parameter that is filled from claims or from facts of the caller. */
export type FillParameter = (parameter: Parameter) => ArgumentValue;

interface CompiledParameter {
  readonly name: string;
  readonly parameter: Parameter;
  readonly required: boolean;
  readonly fallback: ArgumentValue;
  readonly check: ValueCheck;
  readonly filled_from: FilledFrom | undefined;
}

type Given = Readonly<Record<string, unknown>>;
type Checked = Record<string, ArgumentValue>;

/**
 * Builds the validator of one tool. It takes parsed JSON (`undefined` stands for no arguments at all), gives one entry
 * per parameter and never changes the meaning of a value: `null` counts as absent, absent and optional becomes the default
 * or null, a 64-bit integer for a float becomes its double. What the platform fills in is checked like an argument, and
 * is none: an argument of that name is unknown.
 * It throws `arguments_invalid` with one fault per argument.
 */
export function compileValidator(
  tool_name: string,
  parameters: readonly Parameter[],
): (args: unknown, fill: FillParameter) => Arguments {
  const effort: Effort = { steps: 0 };
  const compiled = parameters.map((parameter) => compileParameter(parameter, effort));
  const filled = compiled.filter(({ filled_from }) => filled_from !== undefined);

  return (args, fill) => {
    if (args !== undefined && !isJsonObject(args)) throw refusal(tool_name, [notAnObject(args)]);
    const given: Given = args ?? {};
    const checked: Checked = {};
    effort.steps = 0;
    let known = 0;
    let valid = true;
    for (const { name, required, fallback, check, filled_from } of compiled) {
      // The entry keeps the order of the parameters; its value comes below.
      if (filled_from !== undefined) {
        checked[name] = null;
        continue;
      }
      // Own properties only: a parameter may be called `constructor`.
      const is_own = Object.hasOwn(given, name);
      const value = is_own ? given[name] : undefined;
      if (is_own) known += 1;
      if (value === null || value === undefined) {
        checked[name] = fallback;
        if (required) valid = false;
      } else if (check.accepts(value)) checked[name] = check.take === undefined ? value : check.take(value);
      else valid = false;
    }
    const filled_faults = filled.length === 0 ? undefined : fillIn(filled, checked, fill);
    if (!valid || filled_faults !== undefined || countKeys(given) !== known) {
      effort.steps = 0;
      throw refusal(tool_name, [...findFaults(compiled, given), ...(filled_faults ?? [])]);
    }
    return checked;
  };
}

function compileParameter(parameter: Parameter, effort: Effort): CompiledParameter {
  const { name, required, filled_from } = parameter;
  return {
    name,
    parameter,
    required,
    fallback: parameter.default ?? null,
    check: compileCheck(parameter, effort),
    filled_from,
  };
}

/** Sets what is filled in; the faults, or undefined when there is none. */
function fillIn(
  filled: readonly CompiledParameter[],
  checked: Checked,
  fill: FillParameter,
): readonly Fault[] | undefined {
  let faults: Fault[] | undefined;
  for (const { name, parameter, required, check, filled_from } of filled) {
    const source = filled_from?.kind === 'parameter' ? filled_from.name : undefined;
    const value: unknown = source === undefined ? fill(parameter) : checked[source];
    // An argument that is missing or wrong has its own fault, and one that is optional is copied as null.
    if (value === null || value === undefined) {
      if (required && source === undefined) (faults ??= []).push(notFilled(parameter));
    } else if (check.accepts(value)) checked[name] = check.take === undefined ? value : check.take(value);
    else (faults ??= []).push(source === undefined ? wronglyFilled(parameter, value) : wrongCopy(source, check, value));
  }
  return faults;
}

function countKeys(given: Given): number {
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

const fillHint = 'The caller does not set it. Ask whoever issues the token or wrote the tool.';

function notFilled({ name }: Parameter): Fault {
  return { path: name, message: 'the value that is filled in here is missing', hint: fillHint };
}

/** Names the parameter, never the value: it comes from a token, or from the caller's account. */
function wronglyFilled(parameter: Parameter, value: unknown): Fault {
  const { constraints: _constraints, ...unconstrained } = parameter;
  const reason = compileCheck(unconstrained).accepts(value)
    ? 'is not one that the parameter allows'
    : `does not fit: expected ${expectedWords[parameter.type]}, got ${describeType(value)}`;
  return { path: parameter.name, message: `the value that is filled in here ${reason}`, hint: fillHint };
}

/** Names the argument that the caller gave, not its copy. */
function wrongCopy(source: string, check: ValueCheck, value: unknown): Fault {
  const { path, ...fault } = check.explain(value);
  return { path: `${source}${path}`, ...fault };
}

function findFaults(parameters: readonly CompiledParameter[], given: Given): readonly Fault[] {
  const faults: Fault[] = [];
  const takes = parameters.filter(({ filled_from }) => filled_from === undefined);
  for (const { name, required, check } of takes) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === null || value === undefined) {
      if (required) faults.push({ path: name, message: 'the argument is required and missing' });
    } else if (!check.accepts(value)) {
      const { path, ...fault } = check.explain(value);
      faults.push({ path: `${name}${path}`, ...fault });
    }
  }
  const names = takes.map(({ name }) => name);
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
