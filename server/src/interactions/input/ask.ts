// A question of a tool to the person in whose name it runs. The answer is bound to that person, the tool, its version, the
// arguments and the question, and is given to one call, in one statement, however many calls come at once.
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import { canonicalJson, isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Question } from '../../catalog/pauses.ts';
import type { Vault } from '../../credentials/vault/vault.ts';
import type { Database } from '../../store/scope.ts';
import type { Store } from '../../store/store.ts';
import type { InteractionDetails, Interactions, InteractionSubject } from '../interaction.ts';
import { answersAt, subjectHash } from '../interaction-row.ts';
import type { PauseFunctions, PausingCall } from '../tool-pauses.ts';
import { readQuestion } from '../../catalog/read-question.ts';
import type { AnswerField } from '../../catalog/read-question.ts';
import { wasDenied } from '../was-denied.ts';

export interface AskDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly interactions: Interactions;
}

export function createAsk(deps: AskDeps): PauseFunctions['ask'] {
  return (call, question) => takeOrAsk(deps, call, question);
}

/** Throws `input_required`, `input_refused`, and `tool_failed` for a question that no form can ask. */
async function takeOrAsk(deps: AskDeps, call: PausingCall, question: Question): Promise<JsonObject> {
  checkQuestion(question);
  const { principal, tool } = call;
  const { tenant_id, user_id, caller } = principal;
  const { message, schema } = question;
  const arguments_digest = await call.arguments_digest();
  const vault = await deps.vault.of(tenant_id);
  const subject: InteractionSubject = {
    kind: 'input',
    tool: tool.name,
    tool_version: tool.version,
    // Several questions of one call are apart.
    arguments_digest: vault.digest(canonicalJson({ arguments_digest, message, schema })),
    credential_id: null,
  };
  const subject_hash = subjectHash({ tenant_id, user_id, caller, subject, four_eyes: false });
  const bound = { tenant_id, user_id, subject_hash, now: deps.clock.now() };
  const { taken, refused } = await deps.store.inTenant(tenant_id, async (db) => {
    const first = await take(db, { ...bound, call_id: call.call_id });
    const since = new Date(bound.now - limits.input_refused_ms);
    return { taken: first, refused: first === undefined && (await wasDenied(db, { ...bound, since })) };
  });
  if (taken !== undefined && taken.sealed !== null) return readSealed(vault.open(answersAt(taken.id), taken.sealed));
  if (refused) throw new ToolcribError('input_refused', { params: { tool: tool.name } });
  const details = { kind: 'input', message, schema: JSON.stringify(schema) } as const;
  const interaction = await deps.interactions.pause(principal, {
    ...{ subject, details },
    ...{ call_id: call.call_id, host: call.host },
  });
  throw new ToolcribError('input_required', { params: { tool: tool.name, url: interaction.url }, interaction });
}

function checkQuestion(question: Question): void {
  try {
    readQuestion(question);
  } catch (cause) {
    throw new ToolcribError('tool_failed', { cause });
  }
}

/** What is asked, as the fields of a form. */
export function fieldsOf({ message, schema }: Extract<InteractionDetails, { kind: 'input' }>): readonly AnswerField[] {
  return readQuestion({ message, schema: JSON.parse(schema) as JsonObject });
}

function readSealed(text: string): JsonObject {
  const answers: unknown = JSON.parse(text);
  if (!isJsonObject(answers)) throw new TypeError('Sealed answers are no object');
  return answers;
}

interface Bound {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly subject_hash: Buffer;
  readonly now: number;
}

/** One answer for one call. */
async function take(
  db: Database,
  { tenant_id, user_id, subject_hash, now, call_id }: Bound & { readonly call_id: string },
) {
  const unused = db
    .selectFrom('interaction')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('subject_hash', '=', subject_hash)
    .where('status', '=', 'done')
    .where('used_at', 'is', null)
    .where('resolved_by', '=', user_id)
    .where('sealed', 'is not', null)
    .where((eb) =>
      eb.or([eb('resolved_at', '>', new Date(now - limits.input_use_ms)), eb('usable_until', '>', new Date(now))]),
    )
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .skipLocked();
  return db
    .updateTable('interaction')
    .set({ used_at: new Date(now), used_by_call: call_id })
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', unused)
    .where('used_at', 'is', null)
    .returning(['id', 'sealed'])
    .executeTakeFirst();
}
