// Does a credential work? It is tried where it would be used: at the sources that take it, and at the provider of its grant.
// The answer names sources of the catalogue and nothing else: no secret, no address, no text of the other side.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { actorOf } from '../identity/principal.ts';
import type { Principal } from '../identity/principal.ts';
import { recordChange } from '../ledger/changes.ts';
import type { CallerCredential, CredentialFacts } from './credential.ts';
import { getChangeable } from './credentials.ts';
import type { CredentialDeps } from './credentials.ts';
import type { FindProvider } from './oauth/grant-deps.ts';
import type { ProviderEndpoint } from './oauth/endpoint.ts';
import { readSecrets } from './vault/secrets.ts';

export interface TestDeps extends CredentialDeps {
  readonly endpoint: Pick<ProviderEndpoint, 'isAlive'>;
  readonly providerAt: FindProvider;
  /** The sources of the principal's tenant that take such an account. */
  readonly sourcesFor: (facts: Pick<CredentialFacts, 'system' | 'strategy'>) => readonly TestSource[];
}

export interface TestSource {
  readonly name: string;
  /** Throws `credential_refused`, or whatever keeps it from answering. */
  probe(signal: AbortSignal, credential: CallerCredential): Promise<void>;
}

export interface TestResult {
  readonly success: boolean;
  readonly message: string;
}

type Verdict = { readonly by: string; readonly says: 'accepted' | 'refused' | 'silent' };

/** Never more than the time limit. Throws `not_found`, `forbidden`, `vault_unavailable`. */
export async function testCredential(deps: TestDeps, principal: Principal, id: string): Promise<TestResult> {
  const facts = await getChangeable(deps, principal, id);
  const { tenant_id } = principal;
  const vault = await deps.vault.of(tenant_id);
  const { row, secrets } = await deps.store.inTenant(tenant_id, async (db) => ({
    row: await db
      .selectFrom('credential')
      .select(['provider', 'oauth_client_id', 'options', 'version'])
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .executeTakeFirst(),
    secrets: await readSecrets(db, vault, id),
  }));
  if (row === undefined) throw new ToolcribError('not_found');
  const { strategy } = facts;
  const account = strategy === 'oauth2' ? { token: secrets['access_token'] ?? '' } : secrets;
  const signal = AbortSignal.timeout(limits.credential_test_ms);
  const credential = { id, version: String(row.version), account };
  const sources = deps.sourcesFor(facts).slice(0, limits.credential_test_sources);
  const asked = sources.map((source) => askSource(source, credential, signal));
  const verdicts = await Promise.all(
    strategy === 'oauth2'
      ? [...asked, askProvider(deps, { tenant_id, row, token: account['token'] ?? '' }, signal)]
      : asked,
  );
  const result = resultOf(facts, verdicts);
  if (result.success && strategy !== 'oauth2') await mend(deps, principal, { id, version: row.version });
  return result;
}

async function askSource(source: TestSource, credential: CallerCredential, signal: AbortSignal): Promise<Verdict> {
  const by = `The source "${source.name}"`;
  try {
    await withinTime(source.probe(signal, credential), signal);
    return { by, says: 'accepted' };
  } catch (thrown) {
    const is_refusal = thrown instanceof ToolcribError && thrown.code === 'credential_refused';
    return { by, says: is_refusal ? 'refused' : 'silent' };
  }
}

async function askProvider(
  deps: TestDeps,
  {
    tenant_id,
    row,
    token,
  }: { readonly tenant_id: string; readonly row: Parameters<FindProvider>[1]; readonly token: string },
  signal: AbortSignal,
): Promise<Verdict> {
  const by = `The provider "${row.provider ?? ''}"`;
  try {
    const at = await deps.providerAt(tenant_id, row);
    const alive = at && (await withinTime(deps.endpoint.isAlive(at, token), signal));
    return { by, says: alive === undefined ? 'silent' : alive ? 'accepted' : 'refused' };
  } catch {
    return { by, says: 'silent' };
  }
}

/** Who is asked may not heed the signal. */
async function withinTime<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (): void =>
    reject(new ToolcribError('call_timed_out', { params: { timeout_ms: limits.credential_test_ms } }));
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([asked, promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** A refusal counts more than what others say, for it is what a call would meet. */
function resultOf({ system }: Pick<CredentialFacts, 'system'>, verdicts: readonly Verdict[]): TestResult {
  const refused = verdicts.find(({ says }) => says === 'refused');
  if (refused !== undefined) return { success: false, message: `${refused.by} refuses the account.` };
  const accepted = verdicts.filter(({ says }) => says === 'accepted');
  if (accepted.length > 0)
    return { success: true, message: accepted.map(({ by }) => `${by} accepts the account.`).join(' ') };
  const [silent] = verdicts;
  if (silent !== undefined) return { success: false, message: `${silent.by} did not answer; try again later.` };
  return { success: false, message: `Nothing here takes accounts of "${system}", so it could not be tried.` };
}

/** What was marked as refused and is accepted now can be used again. */
async function mend(
  deps: TestDeps,
  principal: Principal,
  { id, version }: { readonly id: string; readonly version: number },
): Promise<void> {
  const { tenant_id } = principal;
  await deps.store.inTenant(tenant_id, async (db) => {
    const { numUpdatedRows } = await db
      .updateTable('credential')
      .set({ status: 'ok', reason: null, updated_at: new Date(deps.clock.now()) })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .where('version', '=', version)
      .where('reason', '=', 'refused')
      .where('status', '!=', 'revoked')
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    const actor = actorOf(principal);
    await recordChange(db, deps, { tenant_id, actor, action: 'credential-changed', target_id: id });
  });
}
