// A tool's parameters: the list of those that are bound, and of those that are written into the statement.
import { limits } from '../base/limits.ts';
import { nearHint } from '../base/nearest-names.ts';
import { decodeParameter } from './decode-parameter.ts';
import { tell, tellShape } from './decoding.ts';
import type { Decoding } from './decoding.ts';
import { joinPath, locate } from './located.ts';
import type { Located, LocatedMap } from './located.ts';
import type { ParameterUse } from './parameter-fields.ts';
import type { Parameter } from './parameters.ts';

interface Written {
  readonly node: Located;
  readonly path: string;
  /** Undefined when there are faults, and they have been told. */
  readonly parameter: Parameter | undefined;
}

/**
 * The parameters of a tool in the order of the file, those of `templateParameters` last; those with faults are left out,
 * and the faults told. `path` is that of the tool.
 */
export function decodeToolParameters(fields: LocatedMap, path: string, decoding: Decoding): readonly Parameter[] {
  const bound = fields.entries.get('parameters')?.value;
  const template = fields.entries.get('templateParameters')?.value;
  return linkParameters(
    [
      ...decodeList(bound, { path: `${path}.parameters`, use: 'bound', decoding }),
      ...decodeList(template, { path: `${path}.templateParameters`, use: 'template', decoding }),
    ],
    decoding,
  );
}

/** The parameters of several lists, each with the name of its list; names are unique over all of them. */
export function decodeParameterLists(
  fields: LocatedMap,
  { path, lists }: { readonly path: string; readonly lists: readonly string[] },
  decoding: Decoding,
): readonly Parameter[] {
  const all = lists.flatMap((list) => {
    const written = decodeList(fields.entries.get(list)?.value, { path: `${path}.${list}`, use: 'bound', decoding });
    return written.map(({ parameter, ...where }) => ({
      ...where,
      parameter: parameter === undefined ? undefined : { ...parameter, list },
    }));
  });
  return linkParameters(all, decoding);
}

/** One list of parameters whose values are never written into a text. `path` is that of the list. */
export function decodeParameters(node: Located | undefined, path: string, decoding: Decoding): readonly Parameter[] {
  return linkParameters(decodeList(node, { path, use: 'bound', decoding }), decoding);
}

function linkParameters(all: readonly Written[], decoding: Decoding): readonly Parameter[] {
  const unique = withoutRepeated(all, decoding);
  return unique.flatMap((written) => {
    const linked = linkCopy(written, unique, decoding);
    return linked === undefined ? [] : [linked];
  });
}

interface ListAt {
  readonly path: string;
  readonly use: ParameterUse;
  readonly decoding: Decoding;
}

function decodeList(node: Located | undefined, { path, use, decoding }: ListAt): readonly Written[] {
  if (node === undefined) return [];
  if (node.kind !== 'list') {
    tellShape(decoding, node, { path, expected: 'a list of parameters' });
    return [];
  }
  if (node.items.length > limits.tool_parameters) {
    tell(decoding, node.place, { path, message: `must have at most ${limits.tool_parameters} entries` });
    return [];
  }
  return node.items.map((item, index) => {
    const item_path = joinPath(path, [index]);
    return { node: item, path: item_path, parameter: decodeParameter(item, { path: item_path, use, decoding }) };
  });
}

/** Names are unique over both lists. */
function withoutRepeated(all: readonly Written[], decoding: Decoding): readonly Written[] {
  const first_lines = new Map<string, number>();
  return all.filter(({ node, path, parameter }) => {
    if (parameter === undefined) return true;
    const first_line = first_lines.get(parameter.name);
    first_lines.set(parameter.name, first_line ?? node.place.line);
    if (first_line === undefined) return true;
    const message = `the parameter "${parameter.name}" is already defined in line ${first_line}`;
    tell(decoding, node.place, { path: `${path}.name`, message });
    return false;
  });
}

/** A copy of another parameter is required exactly when that one is. Undefined after telling that it cannot be copied. */
function linkCopy(
  { parameter, node, path }: Written,
  all: readonly Written[],
  decoding: Decoding,
): Parameter | undefined {
  if (parameter?.filled_from?.kind !== 'parameter') return parameter;
  const { name } = parameter.filled_from;
  const original = all.find((other) => writtenName(other) === name);
  // Its faults have been told.
  if (original !== undefined && original.parameter === undefined) return undefined;
  const problem = whyNoCopy(parameter, original?.parameter);
  if (problem === undefined) return { ...parameter, required: original?.parameter?.required ?? false };
  const names = all.flatMap((other) =>
    other.parameter !== undefined && other.parameter !== parameter && other.parameter.filled_from === undefined
      ? [other.parameter.name]
      : [],
  );
  const hint = problem === otherType ? 'Give both the same type.' : nearHint(name, names);
  tell(decoding, locate(node, ['valueFromParam']).place, { path: `${path}.valueFromParam`, message: problem, hint });
  return undefined;
}

function writtenName({ parameter, node }: Written): unknown {
  if (parameter !== undefined) return parameter.name;
  const name = locate(node, ['name']).node;
  return name?.kind === 'scalar' ? name.value : undefined;
}

const otherType = 'the parameter of this name has another type';

function whyNoCopy(copy: Parameter, original: Parameter | undefined): string | undefined {
  if (original === undefined) return 'there is no parameter of this name';
  if (original === copy) return 'a parameter cannot be a copy of itself';
  if (original.filled_from !== undefined) return `"${original.name}" is filled in itself, and no argument to be copied`;
  return fits(original, copy) ? undefined : otherType;
}

/** Whether every value of one type is one of the other: an integer is a float too. */
function fits(from: Parameter, to: Parameter): boolean {
  if (from.type !== to.type) return from.type === 'integer' && to.type === 'float';
  if (from.items !== undefined && to.items !== undefined) return fits(from.items, to.items);
  return to.value_type === undefined || from.value_type === to.value_type;
}
