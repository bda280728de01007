// The JSON Schema (2020-12) of a tool's arguments, as every surface publishes it.
import type { JsonObject } from '../base/json.ts';
import type { Parameter, ParameterType } from './parameters.ts';

const schemaType: Readonly<Record<ParameterType, string>> = {
  string: 'string',
  integer: 'integer',
  float: 'number',
  boolean: 'boolean',
  array: 'array',
  map: 'object',
};

/** The schema that exactly the accepted arguments satisfy, `null` for an absent one aside. */
export function toInputSchema(parameters: readonly Parameter[]): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, valueSchema(parameter)])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  };
}

function valueSchema(parameter: Parameter): JsonObject {
  return {
    type: schemaType[parameter.type],
    ...(parameter.description === '' ? {} : { description: parameter.description }),
    ...(parameter.items === undefined ? {} : { items: valueSchema(parameter.items) }),
    ...(parameter.value_type === undefined ? {} : { additionalProperties: { type: schemaType[parameter.value_type] } }),
    ...(parameter.default === undefined ? {} : { default: parameter.default }),
  };
}
