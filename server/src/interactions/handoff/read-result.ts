// The form of a result (handoff.md §1), before anybody looks whose it is.
import { isUtf8 } from 'node:buffer';
import { ToolcribError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { parseJson } from '../../base/parse-json.ts';
import { withOneName } from './result-data.ts';

export type ReadResult =
  | { readonly kind: 'read'; readonly token: string; readonly result: Result }
  | { readonly kind: 'wrong'; readonly why: string };

export interface Result {
  /** Word for word. */
  readonly verbatim: string;
  readonly data: JsonObject;
  readonly persnr: JsonValue | undefined;
  readonly exam: JsonValue | undefined;
  readonly system: string;
}

export function readResult(body: Buffer): ReadResult {
  const envelope = parse(body);
  if (!isJsonObject(envelope)) return wrong('it is no JSON object');
  const { type, timestamp, token, data } = envelope;
  if (type !== 'result') return wrong('its type is not "result"');
  if (typeof timestamp !== 'string' || timestamp === '') return wrong('it has no timestamp');
  if (typeof token !== 'string') return wrong('it has no token');
  if (!isJsonObject(data)) return wrong('it has no data');
  const { persnr, exam, system } = data;
  if (typeof system !== 'string') return wrong('it does not say for which call it is');
  return {
    kind: 'read',
    token,
    result: { verbatim: body.toString('utf8'), data: withOneName(data), persnr, exam, system },
  };
}

function wrong(why: string): ReadResult {
  return { kind: 'wrong', why };
}

function parse(body: Buffer): unknown {
  if (!isUtf8(body)) return undefined;
  try {
    return parseJson(body, limits.json_depth);
  } catch (thrown) {
    if (thrown instanceof ToolcribError) return undefined;
    throw thrown;
  }
}
