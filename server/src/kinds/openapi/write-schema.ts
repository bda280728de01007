// Schemas of an OpenAPI document as JSON Schema 2020-12: OpenAPI 3.0 has words of its own, and a tool needs a schema that stands
// alone. Texts are cleaned, because a model reads them.
import { cleanText, hasUnseen } from '../../base/clean-text.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { compileEcmaPattern } from '../../catalog/json-schema/ecma-pattern.ts';
import { follow, member, NotUsable, textAt } from './openapi-document.ts';
import type { OpenApiDocument } from './openapi-document.ts';

/** What goes to the service leaves out what only it may set, and the other way about. */
export type Direction = 'input' | 'output';

/** Writes the schemas of one tool; those that are referred to are gathered in `defs`. */
export class SchemaWriter {
  readonly #document: OpenApiDocument;
  readonly #direction: Direction;
  readonly #names = new Map<string, string>();
  readonly #defs = new Map<string, JsonValue>();
  readonly #open: { readonly name: string; readonly reference: string }[] = [];
  #places = 0;

  constructor(document: OpenApiDocument, direction: Direction) {
    this.#document = document;
    this.#direction = direction;
  }

  /** Throws `NotUsable` for a schema that leads out of the document or is too large. */
  write(schema: unknown): JsonObject | boolean {
    const written = this.#write(schema, 0);
    // One after the other: a chain of references must not become a chain of calls.
    for (let next = this.#open.shift(); next !== undefined; next = this.#open.shift()) {
      this.#defs.set(next.name, this.#write(follow(this.#document.root, next.reference), 0));
    }
    return written;
  }

  #write(schema: unknown, depth: number): JsonObject | boolean {
    this.#places += 1;
    if (this.#places > limits.openapi_schemas) throw new NotUsable('has schemas that are too large');
    if (depth > limits.schema_depth) throw new NotUsable('has schemas that are nested too deep');
    if (typeof schema === 'boolean') return schema;
    if (!isJsonObject(schema)) throw new NotUsable('has a schema that is none');
    const reference = textAt(schema, '$ref');
    const is_old = this.#document.version === '3.0';
    // In 3.0, what stands beside a reference does not count.
    const own = reference !== undefined && is_old ? {} : this.#keywords(schema, depth);
    const written = reference === undefined ? own : { ...own, $ref: this.#refer(reference) };
    return is_old && member(schema, 'nullable') === true ? orNull(written) : written;
  }

  /** What was referred to, to be put at the root of the tool's schema. */
  get defs(): { readonly $defs?: JsonObject } {
    return this.#defs.size === 0 ? {} : { $defs: Object.fromEntries(this.#defs) };
  }

  #refer(reference: string): string {
    const known = this.#names.get(reference);
    if (known !== undefined) return `#/$defs/${known}`;
    const plain = (reference.split('/').at(-1) ?? '').replaceAll(/[^A-Za-z0-9_.-]/g, '_').slice(0, 100);
    const taken = new Set(this.#names.values());
    let name = plain === '' || plain === '__proto__' ? 'schema' : plain;
    for (let number = 2; taken.has(name); number += 1) name = `${plain}_${number}`;
    this.#names.set(reference, name);
    this.#open.push({ name, reference });
    return `#/$defs/${name}`;
  }

  #keywords(schema: JsonObject, depth: number): JsonObject {
    const written: Record<string, JsonValue> = {};
    for (const [keyword, value] of Object.entries(schema)) {
      const kept = this.#keyword(keyword, value, depth);
      if (kept !== undefined) written[keyword] = kept;
    }
    const required = member(written, 'required');
    const left_out = this.#leftOut(schema);
    if (Array.isArray(required) && left_out.size > 0) {
      written['required'] = required.filter((name) => !left_out.has(String(name)));
    }
    return written;
  }

  #keyword(keyword: string, value: JsonValue, depth: number): JsonValue | undefined {
    const inner = (one: unknown): JsonValue => this.#write(one, depth + 1);
    if (maps.has(keyword) && isJsonObject(value)) {
      const entries = Object.entries(value).filter(([name, one]) => !hasUnseen(name) && !this.#isLeftOut(one));
      return Object.fromEntries(entries.map(([name, one]) => [name, inner(one)]));
    }
    if (lists.has(keyword) && Array.isArray(value)) return value.map((one: JsonValue) => inner(one));
    if (singles.has(keyword)) return Array.isArray(value) ? value.map((one: JsonValue) => inner(one)) : inner(value);
    if (keyword === 'description' || keyword === 'title') {
      return typeof value === 'string' ? cleanText(value, limits.openapi_words_characters) : undefined;
    }
    if (keyword === 'pattern') return typeof value === 'string' && isPattern(value) ? value : undefined;
    if (keyword === 'enum' && Array.isArray(value))
      return (value as readonly JsonValue[]).filter((one) => !isUnseen(one));
    if (keyword === 'type' && this.#direction === 'output') return withLongNumbers(value);
    return kept_as_they_are.has(keyword) && !isUnseen(value) ? value : undefined;
  }

  /** Properties that are not for this direction. */
  #leftOut(schema: JsonObject): ReadonlySet<string> {
    const properties = member(schema, 'properties');
    if (!isJsonObject(properties)) return new Set();
    return new Set(
      Object.entries(properties).flatMap(([name, one]) => (hasUnseen(name) || this.#isLeftOut(one) ? [name] : [])),
    );
  }

  #isLeftOut(property: unknown): boolean {
    return member(property, this.#direction === 'input' ? 'readOnly' : 'writeOnly') === true;
  }
}

const maps = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
const lists = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const singles = new Set([
  ...['items', 'additionalProperties', 'unevaluatedProperties', 'unevaluatedItems', 'contains', 'propertyNames'],
  ...['not', 'if', 'then', 'else', 'additionalItems'],
]);
const kept_as_they_are = new Set([
  ...['type', 'const', 'default', 'format', 'required', 'dependentRequired', 'uniqueItems', 'deprecated'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength'],
  ...['minItems', 'maxItems', 'minContains', 'maxContains', 'minProperties', 'maxProperties'],
  ...['contentEncoding', 'contentMediaType'],
]);

/** The service holds its own values to its patterns: one that cannot be run here is left to it. */
function isPattern(source: string): boolean {
  return !('problem' in compileEcmaPattern(source));
}

/** An integer beyond 2^53 comes as text, so that no digit is lost. */
function withLongNumbers(type: JsonValue): JsonValue {
  const types: readonly JsonValue[] = Array.isArray(type) ? type : [type];
  if (!types.includes('integer') || types.includes('string')) return type;
  return [...types, 'string'];
}

function isUnseen(value: unknown): boolean {
  return typeof value === 'string' && hasUnseen(value);
}

function orNull(schema: JsonObject): JsonObject {
  const type = member(schema, 'type');
  const values = member(schema, 'enum');
  if (typeof type !== 'string' && !Array.isArray(type)) return { anyOf: [schema, { type: 'null' }] };
  return {
    ...schema,
    type: [...(Array.isArray(type) ? (type as JsonValue[]) : [type]), 'null'],
    ...(Array.isArray(values) ? { enum: [...(values as JsonValue[]), null] } : {}),
  };
}
