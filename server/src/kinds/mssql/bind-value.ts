// The type and value with which a parameter is sent: typed by the parameter, never by the value, so that SQL Server keeps
// one plan per statement.
import type { ArgumentValue, Parameter } from '../../catalog/parameters.ts';
import { writeJson } from '../../base/json.ts';

export interface BoundValue {
  readonly type: 'BigInt' | 'Float' | 'Bit' | 'NVarChar';
  /** As T-SQL declares it. */
  readonly declaration: string;
  /** Characters of a text: more than 4,000 is nvarchar(max). */
  readonly length?: number;
  readonly value: string | number | bigint | boolean | null;
}

const text_characters = 4_000;
/** Says "max" to tedious, which would otherwise declare the length of the value. */
const max_characters = 65_535;

export function bindValue(value: ArgumentValue, type: Parameter['type']): BoundValue {
  switch (type) {
    case 'integer':
      return { type: 'BigInt', declaration: 'bigint', value: scalar(value) };
    case 'float':
      return { type: 'Float', declaration: 'float', value: scalar(value) };
    case 'boolean':
      return { type: 'Bit', declaration: 'bit', value: scalar(value) };
    case 'string':
      return bindText(value === null || typeof value === 'string' ? value : writeJson(value));
    case 'array':
    case 'map':
      return bindLongText(value === null ? null : writeJson(value));
  }
}

export function bindText(value: string | null): BoundValue {
  if (value !== null && value.length > text_characters) return bindLongText(value);
  return { type: 'NVarChar', declaration: `nvarchar(${text_characters})`, length: text_characters, value };
}

export function bindLongText(value: string | null): BoundValue {
  return { type: 'NVarChar', declaration: 'nvarchar(max)', length: max_characters, value };
}

function scalar(value: ArgumentValue): BoundValue['value'] {
  return typeof value === 'object' && value !== null ? writeJson(value) : value;
}
