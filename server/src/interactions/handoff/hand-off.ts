// A call whose work a person does elsewhere: pauses it, and gives its repetition the result, once (handoff.md §3).
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { HandOffOutcome, HandOffRequest } from '../../catalog/pauses.ts';
import type { Database } from '../../store/scope.ts';
import type { Interactions, InteractionSubject } from '../interaction.ts';
import { statusAt, subjectHash } from '../interaction-row.ts';
import type { PauseFunctions, PausingCall } from '../tool-pauses.ts';
import { endCall } from './end-handoff.ts';
import { inputAt, resultAt } from './handoff-row.ts';
import type { HandOffDeps } from './handoff-row.ts';
import { dataOf } from './result-data.ts';
import { requireSafeClient } from './safe-client.ts';
import type { EndReason } from './states.ts';

export interface HandOffCallDeps extends HandOffDeps {
  readonly interactions: Interactions;
}

export function createHandOff(deps: HandOffCallDeps): PauseFunctions['handOff'] {
  return (call, request) => resultOrPause(deps, call, request);
}

async function resultOrPause(
  deps: HandOffCallDeps,
  call: PausingCall,
  request: HandOffRequest,
): Promise<HandOffOutcome> {
  const { principal, tool } = call;
  const { tenant_id } = principal;
  requireSafeClient(deps.mode, request.settings.start_url, request.settings.result_url);
  const subject = await subjectOf(call);
  const vault = await deps.vault.of(tenant_id);
  const ended = await deps.store.inTenant(tenant_id, (db) => useUp(db, deps, { call, subject }));
  if (ended?.kind === 'result') {
    const { id, sealed_result } = ended;
    return { id, data: dataOf(vault.open(resultAt(id), sealed_result)) };
  }
  if (ended !== undefined) {
    throw new ToolcribError('handoff_ended', { params: { tool: tool.name, reason: words[ended.reason] } });
  }
  const interaction = await deps.interactions.pause(principal, {
    subject,
    details: { kind: 'handoff', client: request.client, host: new URL(request.settings.start_url).host },
    lasts_ms: request.timeout_ms,
    alongside: async (db, made) => {
      const id = deps.ids.uuid();
      const { client, slug, settings, restart_ms, output_schema } = request;
      await db
        .insertInto('handoff')
        .values({
          ...{ tenant_id, id, client, slug, restart_ms, output_schema },
          interaction_id: made.id,
          user_id: principal.user_id,
          tool: tool.name,
          start_url: settings.start_url,
          token_ms: settings.token_ms,
          sealed_input: vault.seal(inputAt(id), JSON.stringify(request.input)),
          state: 'initial',
          created_at: new Date(deps.clock.now()),
          deadline_at: made.expires_at,
        })
        .execute();
    },
    call_id: call.call_id,
    host: call.host,
  });
  throw new ToolcribError('handoff_required', { params: { tool: tool.name, url: interaction.url }, interaction });
}

const words = {
  time: 'its time is over',
  cancelled: 'it was cancelled',
  replaced: 'the person has started the same tool for something else',
  token: 'the client came too late for the start data',
  transport: 'the client could not be given the start data',
} as const satisfies Record<EndReason, string>;

/** The version of the tool is no part of it: a person who works for hours shall not lose it to a better description. */
async function subjectOf({ tool, arguments_digest }: PausingCall): Promise<InteractionSubject> {
  return {
    kind: 'handoff',
    tool: tool.name,
    tool_version: '',
    arguments_digest: await arguments_digest(),
    credential_id: null,
  };
}

type Ended =
  | { readonly kind: 'result'; readonly id: string; readonly sealed_result: Buffer }
  | { readonly kind: 'none'; readonly reason: EndReason };

/** What the last one of this call has come to, given out once; undefined: there is none, or it is under way. */
async function useUp(
  db: Database,
  deps: HandOffCallDeps,
  { call, subject }: { readonly call: PausingCall; readonly subject: InteractionSubject },
): Promise<Ended | undefined> {
  const { tenant_id } = call.principal;
  const now = deps.clock.now();
  const last = await db
    .selectFrom('interaction')
    .select(['id', 'status', 'expires_at', 'resolved_at', 'used_at'])
    .where('tenant_id', '=', tenant_id)
    .where('subject_hash', '=', subjectHash({ ...call.principal, subject, four_eyes: false }))
    .orderBy('id', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  if (last === undefined || last.used_at !== null) return undefined;
  const status = statusAt(last, now);
  if (status === 'pending') return undefined;
  // Its time may be over before anybody has looked.
  if (status === 'expired') await endCall(db, deps, { tenant_id, interaction_id: last.id, reason: 'time', by: null });
  await db
    .updateTable('interaction')
    .set({ used_at: new Date(now), used_by_call: call.call_id })
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', last.id)
    .execute();
  const attempt = await db
    .selectFrom('handoff')
    .select(['id', 'sealed_result', 'reason'])
    .where('tenant_id', '=', tenant_id)
    .where('interaction_id', '=', last.id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (status === 'done' && attempt !== undefined && attempt.sealed_result !== null) {
    return { kind: 'result', id: attempt.id, sealed_result: attempt.sealed_result };
  }
  const ended_at = last.resolved_at ?? last.expires_at;
  if (ended_at.getTime() <= now - limits.handoff_told_ms) return undefined;
  const usual = status === 'expired' ? 'time' : 'cancelled';
  return { kind: 'none', reason: attempt?.reason ?? usual };
}
