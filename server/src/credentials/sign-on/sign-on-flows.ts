// A sign-in at an issuer, from the button to the session. It is bound to the browser that began it, to one sign-on of one
// tenant and to one return address, and is taken before its code is used: whatever happens then, it cannot be repeated.
import { timingSafeEqual } from 'node:crypto';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { findTenant } from '../../identity/tenants.ts';
import { hashOfToken, makeToken, tenantOfToken } from '../../identity/token-text.ts';
import type { UseLimiter } from '../../identity/use-limiter.ts';
import type { StartedSession } from '../../identity/sessions.ts';
import type { Database } from '../../store/scope.ts';
import { readSecrets } from '../vault/secrets.ts';
import type { TenantVault } from '../vault/vault.ts';
import { admitPerson } from './admit-person.ts';
import type { SignInProof } from './issuers.ts';
import { SignOnError } from './sign-on-problems.ts';
import { secretField } from './sign-ons.ts';
import type { SignOnDeps } from './sign-ons.ts';

export interface WantedSignIn {
  /** Slug of the tenant. */
  readonly tenant: string;
  readonly sign_on_id: string;
  /** Secret of the browser, from its cookie. */
  readonly browser: string;
  readonly redirect_uri: string;
  /** Path of ours. */
  readonly return_to: string;
}

export interface ReturnedSignIn {
  readonly query: URLSearchParams;
  /** Path under which the browser came back. */
  readonly path: string;
  /** Undefined: the browser has none, so it began nothing. */
  readonly browser: string | undefined;
  /** The member who is signed in with this browser already. */
  readonly signed_in: { readonly tenant_id: string; readonly user_id: string } | undefined;
}

export interface FinishedSignIn {
  readonly session: StartedSession;
  readonly return_to: string;
}

export interface SignOnFlows {
  /** Where to send the browser. Throws `not_found`, `sign_on_failed`, `rate_limited`. */
  begin(wanted: WantedSignIn): Promise<URL>;
  /** Throws `sign_on_failed`, `sign_on_refused`. */
  finish(returned: ReturnedSignIn): Promise<FinishedSignIn>;
}

export interface SignOnFlowDeps extends SignOnDeps {
  readonly uses: Pick<UseLimiter, 'take'>;
}

export function createSignOnFlows(deps: SignOnFlowDeps): SignOnFlows {
  return { begin: (wanted) => begin(deps, wanted), finish: (returned) => finish(deps, returned) };
}

async function begin(deps: SignOnFlowDeps, wanted: WantedSignIn): Promise<URL> {
  const { sign_on_id, redirect_uri, return_to } = wanted;
  const tenant = await findTenant(deps, wanted.tenant);
  if (tenant === undefined) throw new ToolcribError('not_found');
  const tenant_id = tenant.id;
  const vault = await deps.vault.of(tenant_id);
  const at = await deps.store.inTenant(tenant_id, (db) => readSignOn(db, vault, sign_on_id));
  if (at === undefined) throw new ToolcribError('not_found');
  await deps.uses.take({
    tenant_id,
    subject: 'sign-on',
    limit: limits.sign_on_begun,
    window_ms: limits.use_window_ms,
    what: 'sign-ins that were begun',
  });
  const state = makeToken('tn', tenant_id).text;
  const proof = { state, nonce: randomText(), code_verifier: randomText(), redirect_uri };
  const url = await deps.issuers.authorizationUrl(at, proof);
  const now = deps.clock.now();
  const state_hash = hashOfToken(state);
  const row = {
    tenant_id,
    state_hash,
    sign_on_id,
    browser_hash: hashOfToken(wanted.browser),
    sealed: vault.seal(placeOf(state_hash), `${proof.nonce} ${proof.code_verifier}`),
    redirect_uri,
    return_to,
    expires_at: new Date(now + limits.sign_on_ms),
  };
  await deps.store.inTenant(tenant_id, async (db) => {
    await db
      .deleteFrom('sign_on_flow')
      .where('tenant_id', '=', tenant_id)
      .where('expires_at', '<', new Date(now))
      .execute();
    await db.insertInto('sign_on_flow').values(row).execute();
  });
  return url;
}

async function finish(deps: SignOnFlowDeps, returned: ReturnedSignIn): Promise<FinishedSignIn> {
  const [state = '', ...more] = returned.query.getAll('state');
  const tenant_id = tenantOfToken('tn', state);
  if (tenant_id === undefined || more.length > 0) throw new SignOnError('over');
  const flow = await take(deps, tenant_id, state);
  if (flow === undefined || !isOwn(deps, flow, returned)) throw new SignOnError('over');
  const vault = await deps.vault.of(tenant_id);
  const found = await deps.store.inTenant(tenant_id, (db) => readSignOn(db, vault, flow.sign_on_id));
  if (found === undefined) throw new SignOnError('over');
  const [nonce = '', code_verifier = ''] = vault.open(placeOf(flow.state_hash), flow.sealed).split(' ');
  const proof: SignInProof = { state, nonce, code_verifier, redirect_uri: flow.redirect_uri };
  const claims = await deps.issuers.exchange(found, proof, returned.query);
  const signed_in = returned.signed_in?.tenant_id === tenant_id ? returned.signed_in.user_id : undefined;
  const session = await deps.store.inTenant(tenant_id, async (db) => {
    // It may have been deleted while the issuer was asked: then it says nothing any more.
    const sign_on = await readSettings(db, tenant_id, flow.sign_on_id);
    if (sign_on === undefined) throw new SignOnError('over');
    return admitPerson(db, deps, { tenant_id, sign_on, claims, signed_in });
  });
  return { session, return_to: flow.return_to };
}

/** The flow of a state, which is gone from now on, whoever asks. */
async function take({ store }: SignOnFlowDeps, tenant_id: string, state: string) {
  return store.inTenant(tenant_id, (db) =>
    db
      .deleteFrom('sign_on_flow')
      .where('tenant_id', '=', tenant_id)
      .where('state_hash', '=', hashOfToken(state))
      .returningAll()
      .executeTakeFirst(),
  );
}

type Flow = NonNullable<Awaited<ReturnType<typeof take>>>;

/**
 * Begun by this browser, in time, and back at the address of its own tenant: an issuer of one tenant cannot have the codes of
 * another tenant's sent to it (RFC 9700 §4.4.2.2).
 */
function isOwn({ clock }: SignOnFlowDeps, flow: Flow, { browser, path }: ReturnedSignIn): boolean {
  if (browser === undefined || !timingSafeEqual(hashOfToken(browser), flow.browser_hash)) return false;
  return flow.expires_at.getTime() > clock.now() && new URL(flow.redirect_uri).pathname === path;
}

/** Undefined: there is none, or its tenant is suspended. */
async function readSettings(db: Database, tenant_id: string, id: string) {
  return db
    .selectFrom('sign_on')
    .innerJoin('tenant', 'tenant.id', 'sign_on.tenant_id')
    .select(['sign_on.id', 'sign_on.issuer', 'sign_on.client_id', 'sign_on.domains', 'sign_on.role'])
    .where('sign_on.tenant_id', '=', tenant_id)
    .where('sign_on.id', '=', id)
    .where('tenant.suspended_at', 'is', null)
    .executeTakeFirst();
}

async function readSignOn(db: Database, vault: TenantVault, id: string) {
  const settings = await readSettings(db, vault.tenant_id, id);
  if (settings === undefined) return undefined;
  const { [secretField]: client_secret = '' } = await readSecrets(db, vault, id);
  return { ...settings, tenant_id: vault.tenant_id, client_secret };
}

function placeOf(state_hash: Buffer) {
  return { record_id: state_hash.toString('hex'), field: 'sign_on_flow' };
}

/** 256 random bits, as PKCE and nonce take them (RFC 7636 §4.1). */
function randomText(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
}
