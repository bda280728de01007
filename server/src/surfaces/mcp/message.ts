// Reads one JSON-RPC message by hand: it accepts exactly what the official schemas accept (message.test.ts compares
// them), without copying the arguments of a call on the way.
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import type { RequestId } from './protocol.ts';

export interface RequestMessage {
  readonly kind: 'request';
  readonly id: RequestId;
  readonly method: string;
  readonly params: JsonObject | undefined;
}

export interface NotificationMessage {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: JsonObject | undefined;
}

export type Message =
  | RequestMessage
  | NotificationMessage
  | { readonly kind: 'response' }
  /** `id` is that of the request as far as it can be told. */
  | { readonly kind: 'invalid'; readonly id: RequestId | null };

export function readMessage(value: unknown): Message {
  if (!isJsonObject(value)) return { kind: 'invalid', id: null };
  const { id, method, params } = value;
  const has_id = 'id' in value;
  const readable_id = isRequestId(id) ? id : null;
  if (value['jsonrpc'] !== '2.0') return { kind: 'invalid', id: readable_id };
  if (typeof method !== 'string') {
    return 'method' in value || !isResponse(value) ? { kind: 'invalid', id: readable_id } : { kind: 'response' };
  }
  const fields = 2 + Number(has_id) + Number('params' in value);
  if (Object.keys(value).length !== fields || !isParams(params)) return { kind: 'invalid', id: readable_id };
  if (!has_id) return { kind: 'notification', method, params };
  return isRequestId(id) ? { kind: 'request', id, method, params } : { kind: 'invalid', id: null };
}

/** The `_meta` of a message's params. */
export function metaOf(params: JsonObject | undefined): JsonObject {
  const meta = params?.['_meta'];
  return isJsonObject(meta) ? meta : {};
}

/** A token that the client chose for progress notifications, or the id of a request. */
export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

function isParams(value: unknown): value is JsonObject | undefined {
  if (value === undefined) return true;
  if (!isJsonObject(value)) return false;
  const meta = value['_meta'];
  if (meta === undefined) return true;
  return isJsonObject(meta) && (meta['progressToken'] === undefined || isRequestId(meta['progressToken']));
}

/** A client's answer to a request of the server. There are none here, so that nothing inside it matters. */
function isResponse(value: JsonObject): boolean {
  return isJsonObject(value['result']) || isJsonObject(value['error']);
}
