// The `data` of a result, as tools answer with it.
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { parseJson } from '../../base/parse-json.ts';

/** The checked fields of a result that was kept word for word. */
export function dataOf(verbatim: string): JsonObject {
  const { data } = parseJson(Buffer.from(verbatim), limits.json_depth) as { readonly data: JsonObject };
  return withOneName(data);
}

/** Older clients say `participation_id`. */
export function withOneName(data: JsonObject): JsonObject {
  const { participation_id, ...rest } = data;
  if (participation_id === undefined || 'participant_id' in rest) return data;
  return { ...rest, participant_id: participation_id };
}
