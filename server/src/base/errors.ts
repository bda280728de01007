// The catalogue of everything that can go wrong, as data. Surfaces translate it; nothing else may invent an error shape.
// Texts here are public: they may carry what the caller sent or may see, never a secret, an address or a statement.
import type { Fault, InteractionOffer, PublicError } from '@toolcrib/client';

export type { Fault } from '@toolcrib/client';

/** Who can act on the error: the model that made the call, the program that sent it, or whoever runs the server. */
export type Audience = 'agent' | 'caller' | 'operator';

interface ErrorEntry {
  /** HTTP status (RFC 9110) on the REST surface; other surfaces map from it. */
  readonly status: number;
  readonly audience: Audience;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** Public sentence; `{name}` is filled from the error's params. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
}

export const errorCatalogue = {
  unauthenticated: {
    status: 401,
    audience: 'caller',
    retryable: false,
    message: 'The request carries no valid credential.',
    hint: 'Send "Authorization: Bearer <api key>". Keys are made with `toolcrib key create` or POST /v1/keys.',
  },
  forbidden: {
    status: 403,
    audience: 'caller',
    retryable: false,
    message: 'This credential lacks the permission {permission}.',
    hint: 'Use a key with that scope, or ask an admin for a role that has it.',
  },
  origin_refused: {
    status: 403,
    audience: 'caller',
    retryable: false,
    message: 'Requests from this origin or for this host name are not accepted.',
    hint: 'The operator can allow it with server.allowed_origins or server.allowed_hosts.',
  },
  not_found: {
    status: 404,
    audience: 'caller',
    retryable: false,
    message: 'Nothing is found at this path.',
    hint: 'GET /openapi.json lists every operation.',
  },
  method_not_allowed: {
    status: 405,
    audience: 'caller',
    retryable: false,
    message: 'This path does not take the method {method}.',
    hint: 'Use one of: {allowed}.',
  },
  tool_not_found: {
    status: 404,
    audience: 'agent',
    retryable: false,
    message: 'There is no tool "{tool}" for this caller.',
    hint: '{near}',
  },
  toolset_not_found: {
    status: 404,
    audience: 'caller',
    retryable: false,
    message: 'There is no toolset "{toolset}" for this caller.',
    hint: '{near}',
  },
  prompt_not_found: {
    status: 404,
    audience: 'caller',
    retryable: false,
    message: 'There is no prompt "{prompt}" for this caller.',
    hint: '{near}',
  },
  resource_not_found: {
    status: 404,
    audience: 'caller',
    retryable: false,
    message: 'There is no such resource for this caller.',
    hint: 'List the resources to see which there are.',
  },
  token_missing: {
    status: 401,
    audience: 'caller',
    retryable: false,
    message: 'The tool needs a token of {services}.',
    hint: 'Send it in the header {header}.',
  },
  token_expired: {
    status: 401,
    audience: 'caller',
    retryable: false,
    message: 'The token of "{service}" has expired.',
    hint: 'Get a new one from its issuer and call again.',
  },
  token_refused: {
    status: 401,
    audience: 'caller',
    retryable: false,
    message: 'The token of "{service}" is not accepted: {reason}.',
    hint: 'Get a token that the service issues for this use.',
  },
  issuer_unavailable: {
    status: 503,
    audience: 'caller',
    retryable: true,
    message: 'The issuer of "{service}" cannot be reached, so its token cannot be checked.',
    hint: 'Try again later; tools that do not need this service are not affected.',
  },
  connect_required: {
    status: 409,
    audience: 'agent',
    retryable: false,
    message: 'The tool "{tool}" needs an account of {systems}, and there is none for this caller.',
    hint: 'Ask the person to open {url} and connect one, then call again with the same arguments.',
  },
  choice_required: {
    status: 409,
    audience: 'agent',
    retryable: false,
    message: 'Several accounts fit the tool "{tool}".',
    hint: 'Ask the person to open {url} and choose one, then call again with the same arguments.',
  },
  approval_required: {
    status: 409,
    audience: 'agent',
    retryable: false,
    message: 'The tool "{tool}" runs with these arguments only when {who} has said yes.',
    hint: 'Ask the person to open {url}, then call again with the same arguments. The yes holds for one call.',
  },
  approval_denied: {
    status: 403,
    audience: 'agent',
    retryable: false,
    message: 'A person has said no to this call of "{tool}".',
    hint: 'Do not repeat it with the same arguments; ask the person what they want instead.',
  },
  policy_refused: {
    status: 403,
    audience: 'agent',
    retryable: false,
    message: 'A policy of the tenant does not let "{tool}" run.',
    hint: 'An admin can change it with `toolcrib policy set` or PUT /v1/policies.',
  },
  credential_refused: {
    status: 422,
    audience: 'agent',
    retryable: false,
    message: 'The account "{credential}" is no longer accepted by the service of the tool.',
    hint: 'Its owner connects it again or changes its secrets; `toolcrib credentials test` says whether it works.',
  },
  refresh_delayed: {
    status: 503,
    audience: 'caller',
    retryable: true,
    message: 'The access of the account "{credential}" is being renewed, which takes longer than usual.',
    hint: 'Call again in a few seconds.',
  },
  variable_missing: {
    status: 422,
    audience: 'agent',
    retryable: false,
    message: 'There is no secret variable "{variable}", neither of the person nor of the tenant.',
    hint: 'Set it with `toolcrib variables set {variable}` or PUT /v1/variables/{variable}.',
  },
  provider_failed: {
    status: 502,
    audience: 'caller',
    retryable: false,
    message: 'The provider "{provider}" answered: {problem}.',
    hint: '{hint}',
  },
  sign_in_failed: {
    status: 401,
    audience: 'caller',
    retryable: false,
    message: 'Organisation, e-mail address and password do not belong together.',
    hint: 'Check them, or ask an admin of the organisation for a new invitation.',
  },
  sign_on_failed: {
    status: 400,
    audience: 'caller',
    retryable: false,
    message: 'Single sign-on did not work: {problem}.',
    hint: '{hint}',
  },
  sign_on_refused: {
    status: 403,
    audience: 'caller',
    retryable: false,
    message: 'Single sign-on lets nobody in here as you: {problem}.',
    hint: '{hint}',
  },
  request_forged: {
    status: 403,
    audience: 'caller',
    retryable: false,
    message: 'The request does not come from a page of this server.',
    hint: 'Open the page again and repeat what you did there.',
  },
  session_required: {
    status: 403,
    audience: 'caller',
    retryable: false,
    message: 'Only a person who is signed in with a browser can do this.',
    hint: 'Open the link in a browser; an API key is not enough, on purpose.',
  },
  rate_limited: {
    status: 429,
    audience: 'agent',
    retryable: true,
    message: 'Too many {what}.',
    hint: 'Wait {retry_after_s} s and try again.',
  },
  vault_key_missing: {
    status: 500,
    audience: 'operator',
    retryable: false,
    message: 'The master key {key} that {count} tenant(s) are sealed with is not configured.',
    hint: 'Give it with vault.key_file or TOOLCRIB_VAULT_KEYS; without it their secrets cannot be read.',
  },
  vault_key_invalid: {
    status: 500,
    audience: 'operator',
    retryable: false,
    message: 'The master key cannot be used: {problem}.',
    hint: '`toolcrib vault new-key` makes one.',
  },
  vault_unavailable: {
    status: 503,
    audience: 'operator',
    retryable: true,
    message: 'Secrets cannot be read right now.',
    hint: 'Try again later; the operator sees the cause in the log.',
  },
  cursor_invalid: {
    status: 400,
    audience: 'caller',
    retryable: false,
    message: 'The cursor does not belong to this call: {problem}.',
    hint: 'Repeat the call with the same arguments and the cursor of its last answer, or without a cursor.',
  },
  arguments_invalid: {
    status: 400,
    audience: 'agent',
    retryable: false,
    message: 'The arguments of "{tool}" are not valid.',
    hint: 'Correct the listed arguments and call again.',
  },
  body_invalid: {
    status: 400,
    audience: 'caller',
    retryable: false,
    message: 'The request body is not what this operation takes: {problem}.',
    hint: 'GET /openapi.json shows the body of every operation.',
  },
  body_too_large: {
    status: 413,
    audience: 'caller',
    retryable: false,
    message: 'The request body is larger than {limit_bytes} bytes.',
    hint: 'Send less.',
  },
  media_type_unsupported: {
    status: 415,
    audience: 'caller',
    retryable: false,
    message: 'The request body must be application/json.',
    hint: 'Set "Content-Type: application/json".',
  },
  conflict: {
    status: 409,
    audience: 'caller',
    retryable: false,
    message: '{problem}.',
    hint: 'Choose another name, or change the existing one.',
  },
  calls_limited: {
    status: 429,
    audience: 'agent',
    retryable: true,
    message: 'Too many calls of {scope} are running at once.',
    hint: 'Wait {retry_after_s} s and call again.',
  },
  call_timed_out: {
    status: 504,
    audience: 'agent',
    retryable: true,
    message: 'The call did not end within {timeout_ms} ms and was stopped.',
    hint: "Ask for less, or ask the tool's author to raise its timeout_ms.",
  },
  call_cancelled: {
    status: 499,
    audience: 'caller',
    retryable: false,
    message: 'The caller went away and the call was stopped.',
    hint: 'Call again if the result is still wanted.',
  },
  source_unavailable: {
    status: 503,
    audience: 'caller',
    retryable: true,
    message: 'The source "{source}" of this tool cannot be reached right now.',
    hint: 'Try again later; the operator sees the cause in the log under the call id.',
  },
  address_refused: {
    status: 403,
    audience: 'operator',
    retryable: false,
    message: 'The server does not send a request there: {reason}.',
    hint: 'The operator can allow hosts and networks with network.allowed_private.',
  },
  upstream_unavailable: {
    status: 503,
    audience: 'caller',
    retryable: true,
    message: 'The remote service cannot be used right now: {reason}.',
    hint: 'Try again later; the operator sees the cause in the log under the call id.',
  },
  upstream_refused: {
    status: 502,
    audience: 'agent',
    retryable: false,
    message: 'The remote service answered with the status {status}.',
    hint: "Check the arguments; if they are right, the tool's author knows what the status means.",
  },
  statement_failed: {
    status: 422,
    audience: 'agent',
    retryable: false,
    message: 'The database refused the statement (SQLSTATE {sqlstate}, {condition}).',
    hint: "Check the arguments; if they are right, the tool's author sees the cause in the log under the call id.",
  },
  write_refused: {
    status: 422,
    audience: 'operator',
    retryable: false,
    message: 'The tool is read-only and its statement tried to write.',
    hint: 'The tool\'s author sets "readOnly: false" on a tool that is meant to write.',
  },
  result_too_large: {
    status: 422,
    audience: 'agent',
    retryable: false,
    message: 'The result of the tool is larger than {limit_bytes} bytes.',
    hint: "Ask for less, or ask the tool's author to raise its max_bytes.",
  },
  tool_failed: {
    status: 502,
    audience: 'agent',
    retryable: false,
    message: 'The tool failed.',
    hint: 'The operator sees the cause in the log under the call id.',
  },
  audit_unavailable: {
    status: 503,
    audience: 'operator',
    retryable: true,
    message: 'The call cannot be recorded right now, so it is not run.',
    hint: 'Try again later; the operator checks the database of the server.',
  },
  record_delayed: {
    status: 503,
    audience: 'operator',
    retryable: false,
    message: 'The call was run, but its record could not be written yet, so its answer is withheld.',
    hint: 'Do not repeat a call that changes something: it was run. Its record is kept and written when the database is back.',
  },
  database_unavailable: {
    status: 503,
    audience: 'operator',
    retryable: true,
    message: "The server's own database cannot be reached right now.",
    hint: 'Try again later; GET /readyz says when it is back.',
  },
  stopping: {
    status: 503,
    audience: 'caller',
    retryable: true,
    message: 'The server is stopping and takes no new calls.',
    hint: 'Call again; another process or the next start will answer.',
  },
  internal: {
    status: 500,
    audience: 'operator',
    retryable: false,
    message: 'The server failed in a way it did not expect.',
    hint: 'The operator sees the cause in the log under the request id.',
  },
  usage_invalid: {
    status: 400,
    audience: 'caller',
    retryable: false,
    message: '{problem}.',
    hint: 'Try: {usage}',
  },
  config_invalid: {
    status: 500,
    audience: 'operator',
    retryable: false,
    message: 'The configuration has {count} fault(s).',
    hint: 'Mend the listed faults; `toolcrib check` shows them without starting.',
  },
  address_unavailable: {
    status: 500,
    audience: 'operator',
    retryable: false,
    message: 'The server cannot listen on port {port} of {host} ({reason}).',
    hint: 'Stop what uses it, or choose another with --port and --host.',
  },
  data_locked: {
    status: 500,
    audience: 'operator',
    retryable: false,
    message: 'Another process uses the data folder.',
    hint: 'Stop it first, or talk to the running server with --url and --key.',
  },
  migration_failed: {
    status: 500,
    audience: 'operator',
    retryable: false,
    message: 'Migration {migration} could not be applied.',
    hint: 'Nothing of it was kept. The log has the cause; mend it and run `toolcrib db migrate` again.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

export interface ErrorOptions {
  /** Fills the placeholders of the catalogue's texts. Public. */
  readonly params?: Readonly<Record<string, string | number>>;
  readonly faults?: readonly Fault[];
  readonly retry_after_s?: number;
  /** What a person must do before the same call can go on. */
  readonly interaction?: InteractionOffer;
  /** The technical cause: goes to the log, never to a caller. */
  readonly cause?: unknown;
}

/** The only error that is thrown on purpose. Branch on `code`, never on the text. */
export class ToolcribError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly faults: readonly Fault[];
  readonly retry_after_s: number | undefined;
  readonly interaction: InteractionOffer | undefined;

  constructor(code: ErrorCode, options: ErrorOptions = {}) {
    const entry = errorCatalogue[code];
    super(fill(entry.message, options.params), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ToolcribError';
    this.code = code;
    this.hint = fill(entry.hint, options.params);
    this.faults = options.faults ?? [];
    this.retry_after_s = options.retry_after_s;
    this.interaction = options.interaction;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  get retryable(): boolean {
    return errorCatalogue[this.code].retryable;
  }

  toPublic(): PublicError {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      retryable: this.retryable,
      ...(this.retry_after_s === undefined ? {} : { retry_after_s: this.retry_after_s }),
      ...(this.faults.length === 0 ? {} : { faults: this.faults }),
      ...(this.interaction === undefined ? {} : { interaction: this.interaction }),
    };
  }
}

/** Any thrown value as a catalogue error; what is not ours becomes `internal` with the original as cause. */
export function toToolcribError(thrown: unknown): ToolcribError {
  return thrown instanceof ToolcribError ? thrown : new ToolcribError('internal', { cause: thrown });
}

function fill(text: string, params: ErrorOptions['params']): string {
  return text.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => String(params?.[name] ?? placeholder));
}
