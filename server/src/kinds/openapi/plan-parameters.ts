// The parameters of an operation as arguments of a tool: one property each, whatever part of the request it goes into.
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { isJsonObject } from '../../base/json.ts';
import type { WrittenOperation } from './list-operations.ts';
import { listAt, member, NotUsable, resolve, textAt } from './openapi-document.ts';
import type { OpenApiDocument } from './openapi-document.ts';
import { isPlainHeader } from './plain-headers.ts';
import { keyPlaces } from './plan-security.ts';
import type { ParameterForm, Style } from './write-parameters.ts';
import type { SchemaWriter } from './write-schema.ts';
import { wordsOf } from './words.ts';

export interface PlannedParameter extends ParameterForm {
  readonly in: 'path' | 'query' | 'header';
  /** Name of the argument. */
  readonly argument: string;
  readonly required: boolean;
  readonly schema: JsonObject;
}

/** What no parameter may be called: the argument of the body. */
export const body_argument = 'body';

/** These are for other parts of a document to say (OpenAPI 3.1, 4.8.12.2). */
const not_parameters = new Set(['accept', 'content-type', 'authorization']);

/** Throws `NotUsable`. */
export function planParameters(
  document: OpenApiDocument,
  { node, path_item, path }: WrittenOperation,
  writer: SchemaWriter,
): readonly PlannedParameter[] {
  const by_place = new Map<string, JsonObject>();
  for (const given of [...listAt(path_item, 'parameters'), ...listAt(node, 'parameters')]) {
    const parameter = resolve(document, given);
    // Those of the operation take the place of those of the path.
    by_place.set(`${textAt(parameter, 'in') ?? ''} ${textAt(parameter, 'name') ?? ''}`, parameter);
  }
  const taken = new Set([body_argument]);
  const keys = keyPlaces(document);
  const written = [...by_place.values()].filter((one) => !isKey(one, keys));
  const planned = written.flatMap((parameter) => planOne(parameter, { writer, taken }));
  for (const name of path.matchAll(/\{([^{}]+)\}/g)) {
    const is_known = planned.some((one) => one.in === 'path' && one.name === name[1]);
    if (!is_known) throw new NotUsable('has a path with a parameter that it does not describe');
  }
  return planned;
}

function isKey(parameter: JsonObject, keys: ReadonlySet<string>): boolean {
  return keys.has(`${textAt(parameter, 'in') ?? ''} ${(textAt(parameter, 'name') ?? '').toLowerCase()}`);
}

interface Planning {
  readonly writer: SchemaWriter;
  readonly taken: Set<string>;
}

function planOne(parameter: JsonObject, { writer, taken }: Planning): readonly PlannedParameter[] {
  const name = textAt(parameter, 'name');
  const where = textAt(parameter, 'in');
  if (name === undefined || name === '') throw new NotUsable('has a parameter without a name');
  const required = member(parameter, 'required') === true || where === 'path';
  if (where === 'header' && not_parameters.has(name.toLowerCase())) return [];
  const is_bad_header = where === 'header' && !isPlainHeader(name);
  if ((where !== 'path' && where !== 'query' && where !== 'header') || is_bad_header) {
    if (!required) return [];
    throw new NotUsable('needs a cookie or a header that a tool cannot send');
  }
  const content = member(parameter, 'content');
  const [media_type] = isJsonObject(content) ? Object.entries(content) : [];
  if (media_type !== undefined && !/^application\/(?:[\w.-]+\+)?json\b/.test(media_type[0])) {
    throw new NotUsable('has a parameter whose values are neither plain nor JSON');
  }
  const schema = media_type === undefined ? member(parameter, 'schema') : member(media_type[1], 'schema');
  const written = writer.write(schema ?? {});
  const description = wordsOf(parameter, 'description');
  const argument = argumentName(name, where, taken);
  return [
    {
      name,
      in: where,
      argument,
      required,
      schema: { ...(written === true || written === false ? {} : written), ...described(written, description) },
      ...formOf(parameter, where, media_type !== undefined),
    },
  ];
}

function described(schema: JsonObject | boolean, description: string): JsonObject {
  return description === '' || (isJsonObject(schema) && Object.hasOwn(schema, '$ref')) ? {} : { description };
}

const styles: Readonly<Record<PlannedParameter['in'], readonly [Style, ...Style[]]>> = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
};

function formOf(parameter: JsonObject, where: PlannedParameter['in'], is_json: boolean): Omit<ParameterForm, 'name'> {
  const [first, ...others] = styles[where];
  const style = [first, ...others].find((one) => one === textAt(parameter, 'style')) ?? first;
  const explode = member(parameter, 'explode');
  return {
    style,
    explode: typeof explode === 'boolean' ? explode : style === 'form',
    allow_reserved: where === 'query' && member(parameter, 'allowReserved') === true,
    is_json,
  };
}

/** Models write names of these characters only, and every name once. */
function argumentName(name: string, where: string, taken: Set<string>): string {
  const cleaned = name
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 60);
  const plain = cleaned === '' ? where : cleaned;
  let argument = taken.has(plain) ? `${where}_${plain}` : plain;
  for (let number = 2; taken.has(argument); number += 1) argument = `${where}_${plain}_${number}`;
  taken.add(argument);
  return argument;
}

/** The schema of the arguments. */
export function inputSchema(
  parameters: readonly PlannedParameter[],
  body: { readonly schema: JsonObject | boolean; readonly required: boolean } | undefined,
  defs: { readonly $defs?: JsonObject },
): JsonObject {
  const properties: Record<string, JsonValue> = {};
  for (const { argument, schema } of parameters) properties[argument] = schema;
  if (body !== undefined) properties[body_argument] = body.schema;
  const required = parameters.filter((one) => one.required).map(({ argument }) => argument);
  if (body?.required === true) required.push(body_argument);
  return {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
    ...defs,
  };
}
