// The fields of a parameter as a file may write them. A new type, or a new field of one type, is a line in the tables.
import { z } from 'zod';
import type { JsonValue } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { Decoding } from './decoding.ts';
import { escapeStyles, parameterTypes, scalarTypes } from './parameters.ts';
import type { EscapeStyle, ParameterType, ScalarType } from './parameters.ts';

/** How the value gets into the statement: bound to a placeholder, or written into the text. */
export type ParameterUse = 'bound' | 'template';

/** The fields of a parameter as they are written; which of them a type has is in the tables below. */
export interface ParameterFields {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly required?: boolean | undefined;
  readonly default?: JsonValue | undefined;
  readonly valueFrom?: string | undefined;
  readonly valueFromParam?: string | undefined;
  readonly authServices?: readonly ClaimFields[] | undefined;
  readonly authSources?: readonly ClaimFields[] | undefined;
  readonly unsafe?: boolean | undefined;
  readonly variables?: boolean | undefined;
  readonly escape?: EscapeStyle | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  readonly minValue?: number | undefined;
  readonly maxValue?: number | undefined;
  readonly valueType?: ScalarType | undefined;
}

interface ClaimFields {
  readonly name: string;
  readonly field: string;
}

const name = z.string().describe('Name of the argument.');
const type = z.enum(parameterTypes).describe('Type of the argument.');
const values = z.array(z.unknown()).min(1).max(limits.parameter_values).optional();
const claims = z
  .array(z.strictObject({ name: z.string().min(1), field: z.string().min(1) }))
  .max(limits.tool_auth_services)
  .optional();

const common = {
  name,
  type,
  description: z
    .string()
    .refine((text) => text.trim() !== '', 'must not be empty')
    .describe('What the argument means, for the model.'),
  required: z.boolean().optional().describe('Whether a call must give it; true by default.'),
  default: z.json().optional().describe('Taken when a call does not give it; makes it optional.'),
  authServices: claims.describe('Takes the value from a claim of a verified token: auth service and field.'),
  authSources: claims.describe('The older name of authServices.'),
  valueFrom: z.string().optional().describe('Takes the value from the caller: $user.id, $tenant.id …'),
  valueFromParam: z.string().optional().describe('Copies the value of another parameter.'),
  variables: z.boolean().optional().describe("Whether the argument may name the caller's secret variables: $NAME."),
  unsafe: z.boolean().optional().describe('Of a template parameter: its value goes into the statement as it is.'),
};

/** The fields that bound the values, by type. Lists of values are decoded by themselves, since their type is that of the parameter. */
const listed = { allowedValues: values, excludedValues: values };
const length = z.int().min(0).optional();
const bounds: Readonly<Record<ParameterType, z.ZodRawShape>> = {
  string: {
    ...listed,
    minLength: length,
    maxLength: length,
    pattern: z.string().optional(),
    escape: z.enum(escapeStyles).optional().describe('Of a template parameter: how its value is quoted.'),
  },
  integer: { ...listed, minValue: z.int().optional(), maxValue: z.int().optional() },
  float: { ...listed, minValue: z.number().optional(), maxValue: z.number().optional() },
  boolean: listed,
  // Decoded by itself, since it nests.
  array: { ...listed, items: z.unknown().optional().describe('What each item is: a parameter.') },
  map: { valueType: z.enum(scalarTypes).optional().describe('What each value is; any scalar when absent.') },
};

/** Of an array's items only type and bounds count; name and description are taken where they are given. */
const itemCommon = { name: name.optional(), type, description: z.string().optional() };

export type FieldTable = Readonly<Record<ParameterType, z.ZodType<ParameterFields>>>;

function fieldTable(shared: z.ZodRawShape): FieldTable {
  // Hints list the fields in this order: those of every parameter, then those of its type.
  const first: z.ZodRawShape = { name, type, description: shared['description'] ?? common.description };
  const schema = (own: ParameterType): z.ZodType<ParameterFields> =>
    z.strictObject({ ...first, ...bounds[own], ...shared });
  return {
    string: schema('string'),
    integer: schema('integer'),
    float: schema('float'),
    boolean: schema('boolean'),
    array: schema('array'),
    map: schema('map'),
  };
}

export const parameterFields = fieldTable(common);
export const itemFields = fieldTable(itemCommon);

export interface ParameterAt {
  readonly path: string;
  readonly use: ParameterUse;
  readonly decoding: Decoding;
}
