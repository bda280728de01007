// The answer of a remote service by the contract: `{success: true, result}` or `{success: false, error}` at any status.
// Whatever else comes is told by a closed list of problems; nothing of the body is in them.
import { isUtf8 } from 'node:buffer';
import type { ServiceError } from '@toolcrib/client';
import { ToolcribError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { parseJson } from '../../base/parse-json.ts';
import { readServiceError } from './service-words.ts';

export type Envelope =
  | { readonly kind: 'success'; readonly result: JsonValue }
  | { readonly kind: 'refusal'; readonly error: ServiceError }
  /** It says `success`, and then not what goes with it. */
  | { readonly kind: 'malformed'; readonly problem: EnvelopeProblem }
  /** Not of this contract at all: the status says more. */
  | { readonly kind: 'foreign'; readonly problem: EnvelopeProblem };

export const envelopeProblems = {
  empty: 'its answer is empty',
  not_utf8: 'its answer is not UTF-8',
  not_json: 'its answer is not JSON',
  not_strict: 'its answer is JSON that has no one meaning, is nested too deep or repeats a key',
  not_object: 'its answer is no JSON object',
  no_success: 'its answer does not say "success"',
  success_type: '"success" is neither true nor false',
  no_error: 'it has failed and gives no "error"',
  error_shape: 'its "error" has not the code, message and details of the contract',
  redirect: 'it redirects, which is never followed',
} as const;
export type EnvelopeProblem = keyof typeof envelopeProblems;

export function readEnvelope(body: Buffer): Envelope {
  if (body.length === 0) return { kind: 'foreign', problem: 'empty' };
  if (!isUtf8(body)) return { kind: 'foreign', problem: 'not_utf8' };
  const parsed = parse(body);
  if ('problem' in parsed) return { kind: 'foreign', problem: parsed.problem };
  const { value } = parsed;
  if (!isJsonObject(value)) return { kind: 'foreign', problem: 'not_object' };
  if (!Object.hasOwn(value, 'success')) return { kind: 'foreign', problem: 'no_success' };
  const { success, result, error } = value;
  if (success === true) return { kind: 'success', result: exactly(result ?? null) };
  if (success !== false) return { kind: 'malformed', problem: 'success_type' };
  if (error === undefined || error === null) return { kind: 'malformed', problem: 'no_error' };
  const words = readServiceError(exactly(error));
  return words === undefined ? { kind: 'malformed', problem: 'error_shape' } : { kind: 'refusal', error: words };
}

function parse(body: Buffer): { readonly value: unknown } | { readonly problem: EnvelopeProblem } {
  try {
    return { value: parseJson(body, limits.json_depth) };
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError)) throw thrown;
    // What JSON.parse itself refuses is kept as the cause.
    return { problem: thrown.cause === undefined ? 'not_strict' : 'not_json' };
  }
}

/** Whole numbers that no double holds become texts, so that no digit is lost on any surface. */
function exactly(value: unknown): JsonValue {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map((item: unknown) => exactly(item));
  if (!isJsonObject(value)) return value as JsonValue;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, exactly(item)]));
}
