// The corridor: the one way in which a tool is called, as a table. Read it from top to bottom.
import { ToolcribError, toToolcribError } from '../base/errors.ts';
import type { ErrorCode } from '../base/errors.ts';
import type { CallRequest, Corridor, ListRequest, Outcome } from './call.ts';
import { fillVariables } from './fill-variables.ts';
import { findTool, requirePermission, visibleOffer, visibleTools } from './find.ts';
import { approve } from './approve.ts';
import { resolveCredential } from './resolve-credential.ts';
import { authorise, find, identify, limit, run, settle, shape, validate, verify } from './steps.ts';
import type { CorridorDeps, CorridorParts, Walk } from './walk.ts';

interface Step {
  readonly name: string;
  readonly asks: string;
  /** The errors with which a call can end here. `run` may also pass on what its kind throws. */
  readonly can_end_with: readonly ErrorCode[];
  /** Absent: the step has its place and nothing to do yet. */
  readonly take?: (walk: Walk, deps: CorridorDeps) => void | Promise<void>;
}

// oxfmt-ignore
const steps: readonly Step[] = [
  { name: 'identify',  take: identify,  asks: 'Who is calling, for whom, in which tenant? Can the call be recorded?', can_end_with: ['stopping', 'unauthenticated', 'database_unavailable', 'audit_unavailable'] },
  { name: 'authorise', take: authorise, asks: 'Do role and scopes allow it?',                                         can_end_with: ['forbidden'] },
  { name: 'find',      take: find,      asks: 'Does the tool exist for this principal? Which version?',               can_end_with: ['tool_not_found', 'toolset_not_found', 'database_unavailable'] },
  { name: 'verify',    take: verify,    asks: 'Do the auth services that the tool names vouch for the caller?',       can_end_with: ['token_missing', 'token_expired', 'token_refused', 'issuer_unavailable'] },
  { name: 'validate',  take: validate,  asks: 'Are the arguments what the tool takes?',                               can_end_with: ['arguments_invalid', 'cursor_invalid'] },
  { name: 'limit',     take: limit,     asks: 'May the key call again? Is there room for this tool and tenant?',      can_end_with: ['rate_limited', 'calls_limited', 'call_cancelled', 'database_unavailable'] },
  { name: 'resolve',   take: resolveCredential, asks: 'Whose account does it use?',                                   can_end_with: ['forbidden', 'connect_required', 'choice_required', 'credential_refused', 'refresh_delayed', 'vault_unavailable'] },
  { name: 'fill',      take: fillVariables, asks: 'Are the secret variables there that it names?',                    can_end_with: ['variable_missing', 'vault_unavailable'] },
  { name: 'approve',   take: approve,   asks: 'Must a person say yes to these arguments?',                            can_end_with: ['approval_required', 'approval_denied', 'policy_refused'] },
  { name: 'run',       take: run,       asks: 'What does the kind answer, within the deadline?',                      can_end_with: ['handoff_required', 'handoff_ended', 'input_required', 'input_refused', 'calls_nested', 'call_timed_out', 'call_cancelled', 'source_unavailable', 'statement_failed', 'write_refused', 'credential_refused', 'tool_failed'] },
  { name: 'shape',     take: shape,     asks: 'Is the result what the tool promises, and within its limits?',         can_end_with: ['result_invalid', 'result_too_large'] },
];
// And then, whatever happened: settle (steps.ts) writes the audit record.

const taken = steps.flatMap((step) => step.take ?? []);

export function createCorridor(parts: CorridorParts): Corridor {
  const deps: CorridorDeps = { ...parts, call: (request) => call(request, deps) };
  return {
    call: deps.call,
    list: async (request) => {
      const principal = await principalFor(request, deps);
      return visibleTools(await deps.catalogueOf(principal), principal, request.toolset);
    },
    offer: async (request) => {
      const principal = await principalFor(request, deps);
      return visibleOffer(await deps.catalogueOf(principal), principal, request.toolset);
    },
    get: async (request) => {
      const principal = await principalFor(request, deps);
      return findTool(await deps.catalogueOf(principal), principal, request);
    },
  };
}

async function principalFor(request: ListRequest, deps: CorridorDeps) {
  const principal = await deps.identify(request.authorization);
  requirePermission(principal, 'tools.use');
  return principal;
}

async function call(request: CallRequest, deps: CorridorDeps): Promise<Outcome> {
  const controller = new AbortController();
  const walk: Walk = {
    request,
    controller,
    end: (reason) => controller.abort(reason),
    call_id: deps.ids.uuid(),
    started_at: deps.clock.now(),
    started_monotonic: deps.clock.monotonic(),
    principal: undefined,
    tool: undefined,
    held: undefined,
    vouchers: undefined,
    args: undefined,
    arguments_digest: undefined,
    rule: undefined,
    credential_used: undefined,
    credential: undefined,
    filled_args: undefined,
    secret: undefined,
    variables: undefined,
    secrets_used: undefined,
    approval_id: undefined,
    skip_rows: 0,
    leave: undefined,
    result: undefined,
    error: undefined,
  };
  request.on_gone?.(() => walk.end(new ToolcribError('call_cancelled')));
  try {
    for (const take of taken) {
      const pending = take(walk, deps);
      if (pending !== undefined) await pending;
    }
  } catch (thrown) {
    walk.error = toToolcribError(thrown);
  }
  try {
    const pending = settle(walk, deps);
    if (pending !== undefined) await pending;
  } catch (thrown) {
    walk.error = toToolcribError(thrown);
    if (walk.error.code === 'internal') deps.log.error('settle-failed', { call_id: walk.call_id, error: thrown });
  }
  const { call_id, error, result } = walk;
  if (error !== undefined || result === undefined) {
    return { kind: 'error', call_id, error: error ?? toToolcribError(undefined) };
  }
  return { kind: 'result', call_id, result };
}
