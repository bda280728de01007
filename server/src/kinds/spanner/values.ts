// Values as Spanner's API writes them into the values of an answer: no digit is lost (decision 0035).
import type { JsonValue } from '../../base/json.ts';
import { distinctNames } from '../sql/column-names.ts';
import type { SpannerDialect, SpannerField, SpannerType } from './spanner-types.ts';

export type Decode = (value: JsonValue) => JsonValue;

/** How a value of this type is read; `null` is never given to it. */
export function decoderOf(type: SpannerType): Decode {
  switch (type.code) {
    case 'INT64':
    case 'ENUM':
      return safeInteger;
    case 'NUMERIC':
      return exactNumeric;
    case 'JSON':
      return (value) => (typeof value === 'string' ? (JSON.parse(value) as JsonValue) : value);
    case 'ARRAY':
      return arrayDecoder(type.arrayElementType);
    case 'STRUCT':
      return structDecoder(type.structType?.fields ?? []);
    default:
      // Texts, truth values, ISO dates and times, base64, doubles, and the words NaN, Infinity and -Infinity.
      return asIs;
  }
}

export function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Sets a member under any name: assigning to this one would set the object's prototype and lose the value. */
export function setMember(object: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true });
  else object[name] = value;
}

/** At least as many characters as the values have, and a few for what is around each. */
export function lengthOf(value: JsonValue): number {
  if (typeof value === 'string') return value.length + 1;
  if (typeof value !== 'object' || value === null) return 5;
  if (isList(value)) return value.reduce<number>((sum, item) => sum + lengthOf(item), 1);
  return Object.entries(value).reduce((sum, [name, item]) => sum + name.length + 1 + lengthOf(item), 1);
}

/** The name of a type in the words of the dialect. */
export function typeName(type: SpannerType, dialect: SpannerDialect): string {
  const { code, arrayElementType: element, structType: struct } = type;
  if (code === 'ARRAY' && element !== undefined) {
    const name = typeName(element, dialect);
    return dialect === 'googlesql' ? `ARRAY<${name}>` : `${name}[]`;
  }
  if (code === 'STRUCT') {
    const fields = (struct?.fields ?? []).map((field) => `${field.name ?? ''} ${typeName(field.type, dialect)}`.trim());
    return `STRUCT<${fields.join(', ')}>`;
  }
  return dialect === 'googlesql' ? code : (postgresNames[code] ?? code.toLowerCase());
}

const postgresNames: Readonly<Record<string, string>> = {
  BOOL: 'boolean',
  BYTES: 'bytea',
  FLOAT32: 'real',
  FLOAT64: 'double precision',
  INT64: 'bigint',
  JSON: 'jsonb',
  STRING: 'character varying',
  TIMESTAMP: 'timestamp with time zone',
};

function asIs(value: JsonValue): JsonValue {
  return value;
}

function safeInteger(value: JsonValue): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A double keeps any decimal of 15 significant digits; a longer one stays text. So does NaN. */
function exactNumeric(value: JsonValue): JsonValue {
  if (typeof value !== 'string') return value;
  const digits = value.replace(/^-?0*\.?0*/, '').replace('.', '').length;
  const number = Number(value);
  return digits > 15 || !Number.isFinite(number) ? value : number;
}

function arrayDecoder(element: SpannerType | undefined): Decode {
  const decode = element === undefined ? asIs : decoderOf(element);
  if (decode === asIs) return asIs;
  return (value) => (isList(value) ? value.map((item) => (item === null ? null : decode(item))) : value);
}

function structDecoder(fields: readonly SpannerField[]): Decode {
  const names = distinctNames(fields.map((field) => field.name ?? ''));
  const decoders = fields.map((field) => decoderOf(field.type));
  return (value) => {
    if (!isList(value)) return value;
    const struct: Record<string, JsonValue> = {};
    for (const [index, name] of names.entries()) {
      const item = value[index] ?? null;
      setMember(struct, name, item === null ? null : (decoders[index] ?? asIs)(item));
    }
    return struct;
  };
}
