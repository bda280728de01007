// Values on their way to Neo4j and back: integers stay 64-bit integers, floats stay floats, and what JSON does not have is
// written as docs/tools.md says.
import type * as Neo4j from 'neo4j-driver';
import type { JsonValue } from '../../base/json.ts';
import type { Arguments, ArgumentValue, Parameter, ParameterType } from '../../catalog/parameters.ts';

/** A value as the driver takes it: a bigint is an Integer, a number a Float. */
export type CypherValue = string | bigint | number | boolean | null | readonly CypherValue[] | CypherMap;
export interface CypherMap {
  readonly [key: string]: CypherValue;
}

/** What the statement's parameters stand for in one call; absent ones are null. */
export function toCypherMap(args: Arguments, parameters: readonly Parameter[]): CypherMap {
  return Object.fromEntries(
    parameters.map((parameter) => [parameter.name, toCypher(args[parameter.name] ?? null, parameter)]),
  );
}

type Shape = Pick<Parameter, 'items' | 'value_type'> & { readonly type: ParameterType | undefined };

function toCypher(value: ArgumentValue, shape: Shape): CypherValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return shape.type === 'float' ? Number(value) : value;
  if (typeof value === 'number') {
    // Where nothing is said of the type, in a free map, a whole number is an integer.
    return shape.type !== 'float' && Number.isSafeInteger(value) ? BigInt(value) : value;
  }
  const inner: Shape = shape.items ?? { type: shape.value_type };
  if (isList(value)) return value.map((item) => toCypher(item, inner));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCypher(item, inner)]));
}

function isList(value: ArgumentValue): value is readonly ArgumentValue[] {
  return Array.isArray(value);
}

/** Makes a value of the driver (which gives integers as bigint) ready for JSON. */
export function toJson(value: unknown, driver: typeof Neo4j): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  // JSON has no NaN and no infinity: they are words.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return integer(value);
  if (Array.isArray(value)) return value.map((item) => toJson(item, driver));
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  if (typeof value !== 'object') return null;
  return graphJson(value, driver) ?? otherJson(value, driver) ?? mapJson(value, driver);
}

function integer(value: bigint): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function mapJson(value: object, driver: typeof Neo4j): { readonly [key: string]: JsonValue } {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, driver)]));
}

/** Nodes, relationships and paths, with the names that MCP Toolbox gives their parts. */
function graphJson(value: object, driver: typeof Neo4j): JsonValue | undefined {
  if (driver.isNode(value)) {
    const { elementId, labels, properties } = value;
    return { elementId, labels: [...labels], properties: mapJson(properties, driver) };
  }
  if (driver.isRelationship(value)) {
    const { elementId, type, startNodeElementId: startElementId, endNodeElementId: endElementId } = value;
    return { elementId, type, startElementId, endElementId, properties: mapJson(value.properties, driver) };
  }
  if (driver.isUnboundRelationship(value)) {
    return { elementId: value.elementId, type: value.type, properties: mapJson(value.properties, driver) };
  }
  if (!driver.isPath(value)) return undefined;
  return {
    nodes: [value.start, ...value.segments.map(({ end }) => end)].map((node) => toJson(node, driver)),
    relationships: value.segments.map(({ relationship }) => toJson(relationship, driver)),
  };
}

function otherJson(value: object, driver: typeof Neo4j): JsonValue | undefined {
  if (driver.isPoint(value)) {
    const { srid, x, y, z } = value;
    const coordinates = { srid: toJson(srid, driver), x: toJson(x, driver), y: toJson(y, driver) };
    return z === undefined ? coordinates : { ...coordinates, z: toJson(z, driver) };
  }
  if (driver.isVector(value)) return Array.from(value.asTypedArray(), (item: unknown) => toJson(item, driver));
  if (driver.isInt(value)) return integer(value.toBigInt());
  const is_text =
    driver.isDate(value) ||
    driver.isDateTime(value) ||
    driver.isLocalDateTime(value) ||
    driver.isTime(value) ||
    driver.isLocalTime(value) ||
    driver.isDuration(value) ||
    driver.isUUID(value) ||
    driver.isUnsupportedType(value);
  return is_text ? value.toString() : undefined;
}
