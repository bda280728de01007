// JSON as types: what can cross the wire unchanged.

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** What may be sent: JSON, and integers beyond 2^53 as bigint. */
export type JsonInput = JsonValue | bigint | readonly JsonInput[] | { readonly [key: string]: JsonInput };

interface RawJson {
  rawJSON?: (text: string) => unknown;
}

/** The JSON text of a value, with every digit of a bigint. Throws TypeError where the platform cannot write one. */
export function writeJson(value: unknown): string {
  const { rawJSON } = JSON as RawJson;
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' && rawJSON !== undefined ? rawJSON(item.toString()) : item,
  );
}
