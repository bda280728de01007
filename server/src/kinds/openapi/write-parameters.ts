// Values of parameters as OpenAPI writes them into paths, queries and headers: its styles (OpenAPI 3.1, 4.8.12.3; RFC 6570).
import { isJsonObject, writeJson } from '../../base/json.ts';

export type Style = 'simple' | 'label' | 'matrix' | 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject';

export interface ParameterForm {
  readonly name: string;
  readonly style: Style;
  readonly explode: boolean;
  /** Characters such as / and : stay as they are, in queries. */
  readonly allow_reserved: boolean;
  /** The value is one JSON text (`content: application/json`). */
  readonly is_json: boolean;
}

/** A piece of a path, encoded. */
export function pathText({ name, style, explode, is_json }: ParameterForm, value: unknown): string {
  if (is_json) return encode(writeJson(value));
  const encoded_name = encode(name);
  const start = style === 'label' ? '.' : style === 'matrix' ? ';' : '';
  const named = (text: string): string => (style === 'matrix' ? `${encoded_name}=${text}` : text);
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => encode(plain(item)));
    if (!explode) return start + named(items.join(','));
    return style === 'simple' ? items.join(',') : start + items.map((item) => named(item)).join(start);
  }
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => [encode(key), encode(plain(item))] as const);
    if (!explode) return start + named(entries.flat().join(','));
    return start + entries.map(([key, item]) => `${key}=${item}`).join(start === '' ? ',' : start);
  }
  return start + named(encode(plain(value)));
}

/** `name=value` pairs of a query, encoded. */
export function queryPairs(form: ParameterForm, value: unknown): readonly string[] {
  const { style, explode, allow_reserved, is_json } = form;
  const name = encode(form.name);
  const write = allow_reserved ? encodeSome : encode;
  if (is_json) return [`${name}=${encode(writeJson(value))}`];
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => write(plain(item)));
    if (items.length === 0) return [];
    return explode ? items.map((item) => `${name}=${item}`) : [`${name}=${items.join(delimiter(style))}`];
  }
  if (isJsonObject(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
    if (style === 'deepObject') return entries.flatMap(([key, item]) => deepPairs(`${form.name}[${key}]`, item, write));
    const pairs = entries.map(([key, item]) => [write(key), write(plain(item))] as const);
    if (pairs.length === 0) return [];
    return explode ? pairs.map(([key, item]) => `${key}=${item}`) : [`${name}=${pairs.flat().join(delimiter(style))}`];
  }
  return [`${name}=${write(plain(value))}`];
}

/** A header; not encoded, as headers never are. */
export function headerText({ explode, is_json }: ParameterForm, value: unknown): string {
  if (is_json) return writeJson(value);
  if (Array.isArray(value)) return value.map((item: unknown) => plain(item)).join(',');
  if (!isJsonObject(value)) return plain(value);
  const entries = Object.entries(value).map(([key, item]) => [key, plain(item)] as const);
  return (explode ? entries.map(([key, item]) => `${key}=${item}`) : entries.flat()).join(',');
}

/** The fields of a form (application/x-www-form-urlencoded). */
export function formText(body: unknown): string {
  if (!isJsonObject(body)) return '';
  return Object.entries(body)
    .flatMap(([name, value]) =>
      value === null || value === undefined
        ? []
        : isJsonObject(value)
          ? [`${encode(name)}=${encode(writeJson(value))}`]
          : queryPairs({ name, style: 'form', explode: true, allow_reserved: false, is_json: false }, value),
    )
    .join('&');
}

/** Nothing in the standard says how deeper values are written; brackets again are what services read. */
function deepPairs(name: string, value: unknown, write: (text: string) => string): readonly string[] {
  if (Array.isArray(value)) return value.map((item: unknown) => `${encode(name)}=${write(plain(item))}`);
  if (!isJsonObject(value)) return [`${encode(name)}=${write(plain(value))}`];
  return Object.entries(value).flatMap(([key, item]) => deepPairs(`${name}[${key}]`, item, write));
}

function delimiter(style: Style): string {
  if (style === 'spaceDelimited') return '%20';
  return style === 'pipeDelimited' ? '%7C' : ',';
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : writeJson(value);
}

/** Everything but what is unreserved (RFC 3986). */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Reserved characters stay, but those that would end the value and begin another parameter. */
function encodeSome(text: string): string {
  return encode(text).replaceAll(/%(?:3A|2F|3F|5B|5D|40|21|24|27|28|29|2A|2C|3B|3D)/g, (one) =>
    decodeURIComponent(one),
  );
}
