// Arguments as Spanner's API takes them: values beside the statement, each with its type. They are never part of its text.
import type { JsonValue } from '../../base/json.ts';
import type { ArgumentValue, Parameter } from '../../catalog/parameters.ts';
import type { SpannerDialect, SpannerType } from './spanner-types.ts';
import { writeJson } from '../../base/json.ts';

const scalar_codes = { string: 'STRING', integer: 'INT64', float: 'FLOAT64', boolean: 'BOOL' } as const;

/** The type that a parameter is bound as. */
export function bindType(parameter: Parameter, dialect: SpannerDialect): SpannerType {
  if (parameter.type === 'map') {
    return dialect === 'googlesql' ? { code: 'JSON' } : { code: 'JSON', typeAnnotation: 'PG_JSONB' };
  }
  if (parameter.type !== 'array') return { code: scalar_codes[parameter.type] };
  const element = parameter.items === undefined ? { code: 'STRING' } : bindType(parameter.items, dialect);
  return { code: 'ARRAY', arrayElementType: element };
}

/** A value of that parameter: int64 as text, JSON as text. */
export function bindValue(value: ArgumentValue, parameter: Parameter): JsonValue {
  if (value === null) return null;
  switch (parameter.type) {
    case 'integer':
      return typeof value === 'bigint' ? value.toString() : (value as number).toFixed(0);
    case 'float':
      return Number(value);
    case 'map':
      return writeJson(value);
    case 'array': {
      const { items } = parameter;
      if (!Array.isArray(value) || items === undefined) return null;
      return value.map((item: ArgumentValue) => bindValue(item, items));
    }
    default:
      return value as string | boolean;
  }
}
