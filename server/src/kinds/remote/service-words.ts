// What another service says of itself, made fit to be shown: it is bounded, it holds nothing that a terminal, a log or a reader
// of lines would act on, and it never stands where our own words stand (A20, A39).
import type { ServiceError } from '@toolcrib/client';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';

const code_pattern = /^[A-Za-z0-9_.-]{1,64}$/;

/** The error of an answer `success: false`; undefined when it is not what the contract says. */
export function readServiceError(error: unknown): ServiceError | undefined {
  if (!isJsonObject(error)) return undefined;
  const { code, message, details } = error;
  if (typeof code !== 'string' || !code_pattern.test(code)) return undefined;
  if (message !== undefined && typeof message !== 'string') return undefined;
  if (details !== undefined && details !== null && !isJsonObject(details)) return undefined;
  const shown = details === undefined || details === null ? undefined : shownDetails(details);
  return {
    code,
    message: cleanWords(message ?? '', limits.service_message_characters),
    ...(shown === undefined ? {} : { details: shown }),
  };
}

/** One line without control and format characters (escapes, changes of direction, invisible ones), cut at its length. */
export function cleanWords(text: string, characters: number): string {
  // Cut first: what is cleaned is never longer than what is kept and a little more.
  const line = text
    .slice(0, characters * 4)
    .toWellFormed()
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  return line.length <= characters ? line : `${line.slice(0, characters - 1).toWellFormed()}…`;
}

/** Details that are too large to show are left out as a whole: a part could mean something else. */
function shownDetails(details: JsonObject): JsonObject | undefined {
  const cleaned = cleanValue(details) as JsonObject;
  return JSON.stringify(cleaned).length <= limits.service_details_characters ? cleaned : undefined;
}

function cleanValue(value: JsonValue): JsonValue {
  if (typeof value === 'string') return cleanWords(value, limits.service_details_characters);
  if (Array.isArray(value)) return value.map((item: JsonValue) => cleanValue(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [cleanWords(key, limits.service_message_characters), cleanValue(item)]),
  );
}
