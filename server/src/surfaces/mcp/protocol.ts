// The words of the Model Context Protocol that this surface speaks: revisions, codes, keys, and the forms of an answer.
import type { ToolcribError } from '../../base/errors.ts';

interface RevisionTraits {
  /** Every request stands alone: no handshake, an envelope in `_meta`, standard headers (2026-07-28). */
  readonly stateless: boolean;
  /** JSON-RPC batches: added and removed again within one revision. */
  readonly batches: boolean;
  /** Results may carry `structuredContent`. */
  readonly structured: boolean;
  /** Clients of this revision go on only when the handshake names a session. Ours stands for nothing. */
  readonly wants_session: boolean;
  /** Clients may say in their handshake that they can show a link to a person (URL elicitation). */
  readonly may_show_links: boolean;
}

/** Newest first. */
export const revisionTraits = {
  '2026-07-28': { stateless: true, batches: false, structured: true, wants_session: false, may_show_links: true },
  '2025-11-25': { stateless: false, batches: false, structured: true, wants_session: false, may_show_links: true },
  '2025-06-18': { stateless: false, batches: false, structured: true, wants_session: false, may_show_links: false },
  '2025-03-26': { stateless: false, batches: true, structured: false, wants_session: true, may_show_links: false },
  '2024-11-05': { stateless: false, batches: false, structured: false, wants_session: false, may_show_links: false },
} as const satisfies Record<string, RevisionTraits>;

export type Revision = keyof typeof revisionTraits;

export const revisions = Object.keys(revisionTraits) as readonly Revision[];

/** What a handshake is answered with when the client asks for a revision that has none, or that we do not know. */
export const newestWithHandshake: Revision = '2025-11-25';

/** What a request speaks that names no revision (2025-06-18, "Protocol Version Header"). */
export const assumedRevision: Revision = '2025-03-26';

export function isRevision(text: string): text is Revision {
  return Object.hasOwn(revisionTraits, text);
}

/** Codes of JSON-RPC 2.0 and of the protocol; `server` is ours, and its `data.code` is the code of the error catalogue. */
const rpcCodes = {
  parse: -32_700,
  invalid_request: -32_600,
  method_not_found: -32_601,
  invalid_params: -32_602,
  internal: -32_603,
  server: -32_000,
  header_mismatch: -32_020,
  unsupported_version: -32_022,
  url_elicitation_required: -32_042,
} as const;

export const metaKeys = {
  protocol_version: 'io.modelcontextprotocol/protocolVersion',
  client_info: 'io.modelcontextprotocol/clientInfo',
  client_capabilities: 'io.modelcontextprotocol/clientCapabilities',
  log_level: 'io.modelcontextprotocol/logLevel',
  server_info: 'io.modelcontextprotocol/serverInfo',
  call_id: 'toolcrib/call_id',
  error: 'toolcrib/error',
  truncated: 'toolcrib/truncated',
  cursor: 'toolcrib/cursor',
  untrusted: 'toolcrib/untrusted',
} as const;

/** The extension that the toolbox clients declare; they read text items only. */
export const toolboxExtension = 'com.google.cloud/toolbox.v1';

export type RequestId = string | number;

/** A request that is answered with a JSON-RPC error. */
export interface Failure {
  readonly kind: 'failure';
  /** HTTP status. */
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  /** The error of the catalogue that it comes from, for the headers that belong to it. */
  readonly error?: ToolcribError;
}

/** A request that is answered with a result: JSON text, already written. */
export interface Success {
  readonly kind: 'success';
  readonly result: string;
}

export type Answer = Success | Failure;

interface FailureKind {
  /** HTTP status. */
  readonly status: number;
  readonly code: keyof typeof rpcCodes;
}

export function failure(kind: FailureKind, message: string, data?: unknown): Failure {
  const { status, code } = kind;
  return { kind: 'failure', status, code: rpcCodes[code], message, ...(data === undefined ? {} : { data }) };
}

/** The text of the JSON-RPC response. `id` is null where the request could not be read (JSON-RPC 2.0 §5). */
export function responseText(id: RequestId | null, answer: Answer): string {
  const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)}`;
  if (answer.kind === 'success') return `${head},"result":${answer.result}}`;
  const { code, message, data } = answer;
  return `${head},"error":${JSON.stringify({ code, message, data })}}`;
}
