// The steps of the corridor, one function each. A step returns a promise only when it really has to wait.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { redact } from '../base/redact.ts';
import { withoutSecrets } from '../base/without-secrets.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import type { RowsResult, ToolResult } from '../catalog/result.ts';
import type { RunContext, Tool } from '../catalog/tool.ts';
import type { Principal } from '../identity/principal.ts';
import type { CallPauses } from '../interactions/tool-pauses.ts';
import type { CallRecord } from '../ledger/audit.ts';
import { argumentsDigest } from './arguments-digest.ts';
import { readCursor, withCursor } from './cursor.ts';
import { findTool, requirePermission } from './find.ts';
import { known } from './known.ts';
import { namedRefusal } from './resolve-credential.ts';
import { fillParameter, verifyTokens } from './verify.ts';
import type { CorridorDeps, Walk } from './walk.ts';

/** Who is calling? Also takes the call's place in the audit: what cannot be recorded is not run. */
export function identify(walk: Walk, deps: CorridorDeps): void | Promise<void> {
  if (deps.stopping()) throw new ToolcribError('stopping', { retry_after_s: 1 });
  const { authorization, within } = walk.request;
  const principal = within?.principal ?? deps.identify(authorization);
  if (principal instanceof Promise) return identifyLater(walk, deps, principal);
  const reserved = deps.audit.reserve();
  if (reserved !== undefined) return reserved.then(() => void (walk.principal = principal));
  walk.principal = principal;
}

async function identifyLater(
  walk: Walk,
  deps: CorridorDeps,
  principal: Promise<NonNullable<Walk['principal']>>,
): Promise<void> {
  const identified = await principal;
  await deps.audit.reserve();
  walk.principal = identified;
}

/** May this principal use tools at all? Asked before find, so that a refusal is the same for every name. */
export function authorise(walk: Walk): void {
  requirePermission(known(walk.principal), 'tools.use');
}

/** Does the tool exist for this principal? What is found stays open until the call has ended, whatever is loaded meanwhile. */
export function find(walk: Walk, deps: CorridorDeps): void | Promise<void> {
  const catalogue = deps.catalogueOf(known(walk.principal));
  if (catalogue instanceof Promise) return catalogue.then((later) => findIn(later, walk));
  return findIn(catalogue, walk);
}

function findIn(catalogue: Catalogue, walk: Walk): void {
  walk.tool = findTool(catalogue, known(walk.principal), walk.request);
  catalogue.hold();
  walk.held = catalogue;
}

/** Do the auth services that the tool names vouch for the caller? */
export function verify(walk: Walk): void | Promise<void> {
  const { auth } = known(walk.tool);
  if (auth === undefined) return undefined;
  const verified = verifyTokens(auth, walk.request.tokenOf ?? (() => undefined));
  return verified.then((vouchers) => void (walk.vouchers = vouchers));
}

/** Are the arguments what the tool takes? What is not the caller's to give is filled in. */
export function validate(walk: Walk): void {
  const { caller } = known(walk.principal);
  const { cursor, args } = walk.request;
  if (cursor !== undefined) walk.skip_rows = readCursor(cursor, known(walk.tool), args);
  walk.args = known(walk.tool).validate(args, (parameter) => fillParameter(parameter, walk.vouchers, caller));
}

/** May the key call once more in this minute? Is there room for one more call of this tool and tenant? */
export function limit(walk: Walk, deps: CorridorDeps): void | Promise<void> {
  const counted = countUse(known(walk.principal), deps);
  return counted === undefined ? takePlace(walk, deps) : counted.then(() => takePlace(walk, deps));
}

/** Over all processes; most keys have no bound. */
function countUse({ tenant_id, via, calls_per_minute }: Principal, { uses }: CorridorDeps): undefined | Promise<void> {
  if (calls_per_minute === null) return undefined;
  const bound = { tenant_id, subject: `key:${via.id}`, limit: calls_per_minute, window_ms: limits.use_window_ms };
  return uses.take({ ...bound, what: 'calls with this key' });
}

function takePlace(walk: Walk, deps: CorridorDeps): void | Promise<void> {
  const leave = deps.places.enter(known(walk.principal).tenant_id, known(walk.tool), walk.controller);
  if (leave instanceof Promise) return leave.then((later) => void (walk.leave = later));
  walk.leave = leave;
}

/**
 * Runs the tool until it ends, its deadline is over or the caller goes away. A kind that does not heed its signal cannot
 * hold the answer back.
 */
export function run(walk: Walk, deps: CorridorDeps): Promise<void> {
  const tool = known(walk.tool);
  const { controller } = walk;
  const { signal } = controller;
  return new Promise((resolve, reject) => {
    // The caller may have gone away in an earlier step.
    if (signal.aborted) throw signal.reason as unknown;
    walk.end = (reason) => {
      controller.abort(reason);
      reject(reason);
    };
    const timer = setTimeout(
      () => walk.end(new ToolcribError('call_timed_out', { params: { timeout_ms: tool.timeout_ms } })),
      tool.timeout_ms,
    );
    const { pauses, ended } = deps.toolPauses({
      principal: known(walk.principal),
      tool,
      arguments_digest: () => argumentsDigest(walk, deps),
      call_id: walk.call_id,
      host: walk.request.host,
    });
    const ctx: RunContext = {
      call_id: walk.call_id,
      caller: known(walk.principal).caller,
      credential: walk.credential,
      secret: walk.secret,
      skip_rows: walk.skip_rows,
      http: deps.outgoing.of(known(walk.principal).tenant_id),
      files: deps.filesFor({
        principal: known(walk.principal),
        tool: tool.name,
        call_id: walk.call_id,
        host: walk.request.host,
      }),
      pauses,
      call: (name, args) => callWithin(walk, deps, { name, args }),
      signal,
      limits: tool.result_limits,
      log: deps.log,
      notify: (event) => walk.request.on_event?.(event),
    };
    tellEnd(runTool(walk, deps, ctx), ended).then(
      (result) => {
        clearTimeout(timer);
        walk.result = result;
        resolve();
      },
      (thrown: unknown) => {
        clearTimeout(timer);
        reject(thrown);
      },
    );
  });
}

/** What the call was given by a person is kept when it pauses, and gone when it has ended. */
async function tellEnd(running: Promise<ToolResult>, ended: CallPauses['ended']): Promise<ToolResult> {
  let result: ToolResult;
  try {
    result = await running;
  } catch (thrown) {
    await ended(thrown);
    throw thrown;
  }
  const pending = ended();
  if (pending !== undefined) await pending;
  return result;
}

/** A call that a tool makes: as the same principal, through the whole corridor, and ended with the call that it is made in. */
async function callWithin(
  { request, principal, controller }: Walk,
  deps: CorridorDeps,
  { name, args }: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
): Promise<ToolResult> {
  const depth = (request.within?.depth ?? 0) + 1;
  if (depth > limits.call_depth) throw new ToolcribError('calls_nested', { params: { limit: limits.call_depth } });
  const outcome = await deps.call({
    surface: 'tool',
    authorization: undefined,
    within: { principal: known(principal), depth },
    host: request.host,
    tool: name,
    args,
    on_gone: (listener) => controller.signal.addEventListener('abort', listener, { once: true }),
  });
  if (outcome.kind === 'result') return outcome.result;
  told_by_others.add(outcome.error);
  throw outcome.error;
}

/** What tools were told by calls of others that they have made: it is not about their own account. */
const told_by_others = new WeakSet<ToolcribError>();

/** Place and catalogue are given back when the tool has really ended, also when nobody waits for it any more. */
async function runTool(walk: Walk, deps: CorridorDeps, ctx: RunContext): Promise<ToolResult> {
  const { leave, held } = walk;
  walk.leave = undefined;
  walk.held = undefined;
  try {
    return await runWithAccount(walk, deps, ctx);
  } catch (thrown) {
    throw thrown instanceof ToolcribError ? thrown : new ToolcribError('tool_failed', { cause: thrown });
  } finally {
    leave?.();
    held?.release();
  }
}

/** Once more with a renewed account when the service has refused the first: it has done nothing then. */
async function runWithAccount(walk: Walk, deps: CorridorDeps, ctx: RunContext): Promise<ToolResult> {
  const tool = known(walk.tool);
  const args = walk.filled_args ?? known(walk.args);
  try {
    return await tool.run(args, ctx);
  } catch (thrown) {
    if (thrown instanceof ToolcribError && told_by_others.has(thrown)) throw thrown;
    const refused = namedRefusal(walk, thrown);
    if (refused === thrown || ctx.credential === undefined) throw thrown;
    // A yes was given for these very secrets; renewing a grant changes none that a person has given.
    if (walk.approval_id !== undefined && walk.credential_used?.strategy !== 'oauth2') throw refused;
    const credential = await deps.credentials.renew(known(walk.principal), ctx.credential);
    if (credential === undefined) throw refused;
    ctx.signal.throwIfAborted();
    try {
      return await tool.run(args, { ...ctx, credential });
    } catch (again) {
      throw again instanceof ToolcribError && told_by_others.has(again) ? again : namedRefusal(walk, again);
    }
  }
}

/** Is the result within its limits? Rows were cut while they were read; this is the wall behind that. */
export function shape(walk: Walk): void {
  const { secrets_used } = walk;
  const answered = known(walk.result);
  const result = secrets_used === undefined ? answered : withoutSecrets(answered, secrets_used);
  walk.result = result;
  const tool = known(walk.tool);
  if (result.kind === 'value') checkPromise(tool, result.value);
  const { rows, bytes } = tool.result_limits;
  if (result.kind === 'rows') {
    const fitting: RowsResult =
      result.rows.length <= rows
        ? result
        : { ...result, rows: result.rows.slice(0, rows), truncated: { by: 'rows', limit: rows } };
    const { args } = walk.request;
    walk.result = withCursor(fitting, known(walk.tool), { args, skip_rows: walk.skip_rows });
    return;
  }
  const text = JSON.stringify(result.kind === 'value' ? result.value : result.content);
  if (Buffer.byteLength(text) > bytes) {
    throw new ToolcribError('result_too_large', { params: { limit_bytes: bytes } });
  }
}

/** What a model was told of a result must be true: it goes on from there. */
function checkPromise({ checkResult }: Tool, value: unknown): void {
  const faults = checkResult?.(value) ?? [];
  if (faults.length > 0) throw new ToolcribError('result_invalid', { faults: faults.slice(0, limits.faults_logged) });
}

/** Writes the call into the audit. Always taken, whatever happened before; a call without a principal has no tenant. */
export function settle(walk: Walk, deps: CorridorDeps): void | Promise<void> {
  walk.leave?.();
  walk.held?.release();
  const { principal, error } = walk;
  if (error?.cause !== undefined) logCause(walk, deps, error);
  if (principal === undefined) return undefined;
  const digest = digestForRecord(walk, deps);
  if (digest instanceof Promise) return digest.then((text) => deps.audit.append(recordOf(walk, deps, principal, text)));
  return deps.audit.append(recordOf(walk, deps, principal, digest));
}

/** A record without a digest is better than none. */
function digestForRecord(walk: Walk, deps: CorridorDeps): string | Promise<string> {
  const none = (error: unknown): string => {
    deps.log.error('arguments-not-digested', { call_id: walk.call_id, error });
    return '';
  };
  try {
    const digest = argumentsDigest(walk, deps);
    return digest instanceof Promise ? digest.catch(none) : digest;
  } catch (thrown) {
    return none(thrown);
  }
}

function recordOf(walk: Walk, deps: CorridorDeps, principal: Principal, arguments_digest: string): CallRecord {
  const { tool, result, error, request, rule, credential_used, approval_id } = walk;
  const rows = result?.kind === 'rows' ? result : undefined;
  return {
    id: walk.call_id,
    tenant_id: principal.tenant_id,
    started_at: walk.started_at,
    duration_ms: Math.round((deps.clock.monotonic() - walk.started_monotonic) * 1_000) / 1_000,
    surface: request.surface,
    user_id: principal.user_id,
    via: principal.via.kind,
    via_id: principal.via.id,
    tool: request.tool.slice(0, 200),
    tool_version: tool?.version ?? null,
    arguments_digest,
    credential_id: credential_used?.id ?? null,
    rule: rule ?? null,
    interaction_id: error?.interaction?.id ?? approval_id ?? null,
    outcome: error === undefined ? 'ok' : error.interaction === undefined ? 'error' : 'interaction',
    error_code: error?.code ?? null,
    result_rows: rows?.rows.length ?? null,
    truncated: rows?.truncated !== undefined,
  };
}

function logCause(walk: Walk, deps: CorridorDeps, error: ToolcribError): void {
  const { secrets_used } = walk;
  const cause = secrets_used === undefined ? error.cause : withoutSecrets(redact(error.cause), secrets_used);
  const fields = { call_id: walk.call_id, tool: walk.request.tool.slice(0, 200), code: error.code, cause };
  if (error.code === 'internal' || error.code === 'tool_failed') deps.log.error('call-failed', fields);
  else deps.log.warn('call-failed', fields);
}
