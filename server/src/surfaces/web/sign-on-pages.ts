// The two addresses of single sign-on: where the button on the sign-in page leads, and where the issuer sends the browser back.
import { randomBytes } from 'node:crypto';
import { ToolcribError, toToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { PublicAddresses } from '../../base/public-addresses.ts';
import { createSignOnFlows } from '../../credentials/sign-on/sign-on-flows.ts';
import type { SignOnFlowDeps, SignOnFlows } from '../../credentials/sign-on/sign-on-flows.ts';
import { listSignOns } from '../../credentials/sign-on/sign-ons.ts';
import type { Identify } from '../../identity/principal.ts';
import { findTenant } from '../../identity/tenants.ts';
import type { Store } from '../../store/store.ts';
import type { Exchange, Route } from '../route.ts';
import { browserOf } from './browser.ts';
import { sendErrorPage } from './error-page.ts';
import { readCookie, setCookie } from './form.ts';
import { ownPath } from './own-path.ts';
import { redirect } from './page.ts';
import type { SignOnLink } from './sign-in-page.ts';
import { beginInBrowser } from './sign-in-routes.ts';

export interface SignOnPageDeps extends SignOnFlowDeps {
  readonly identify: Identify;
  readonly forgetIdentities: () => void;
  readonly addresses: PublicAddresses;
  readonly log: Log;
}

type Deps = SignOnPageDeps & { readonly flows: SignOnFlows };

/** Binds a sign-in to the browser that began it. Not the session: nobody has one yet. */
const cookie = '__Host-toolcrib-sign-on';

export function signOnRoutes(page_deps: SignOnPageDeps): readonly Route[] {
  const deps: Deps = { ...page_deps, flows: createSignOnFlows(page_deps) };
  const logged = (handle: (exchange: Exchange) => Promise<void>) => async (exchange: Exchange) => {
    try {
      await handle(exchange);
    } catch (thrown) {
      const error = toToolcribError(thrown);
      if (error.code === 'sign_on_failed') {
        deps.log.warn('sign-on-failed', { request_id: exchange.request_id, error });
      }
      throw error;
    }
  };
  return [
    {
      method: 'GET',
      path: '/sign-on/{tenant}/callback',
      handle: logged((exchange) => finish(deps, exchange)),
      error: sendErrorPage,
    },
    {
      method: 'GET',
      path: '/sign-on/{tenant}/{id}',
      handle: logged((exchange) => begin(deps, exchange)),
      error: sendErrorPage,
    },
  ];
}

/** Where the issuer sends the browser back: one address for each tenant. */
export function signOnReturnPath(tenant_slug: string): string {
  return `/sign-on/${tenant_slug}/callback`;
}

/** The buttons of a sign-in page; none for a tenant that does not exist. `next` is a path of ours. */
export async function signOnLinks(
  deps: { readonly store: Store },
  tenant_slug: string,
  next: string,
): Promise<readonly SignOnLink[]> {
  const tenant = await findTenant(deps, tenant_slug);
  if (tenant === undefined) return [];
  const query = new URLSearchParams({ next }).toString();
  const sign_ons = await listSignOns(deps, tenant.id);
  return sign_ons.map(({ id, name }) => ({ name, path: `/sign-on/${tenant_slug}/${id}?${query}` }));
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function begin({ flows, addresses }: Deps, exchange: Exchange): Promise<void> {
  const { tenant = '', id = '' } = exchange.params;
  if (!uuid.test(id)) throw new ToolcribError('not_found');
  // Several tabs of one browser may sign in at once.
  const browser = readBrowser(exchange) ?? randomBytes(32).toString('base64url');
  const url = await flows.begin({
    tenant,
    sign_on_id: id,
    browser,
    redirect_uri: addresses.urlFor(exchange.request.headers.host, signOnReturnPath(tenant)),
    return_to: ownPath(new URLSearchParams(exchange.query).get('next')) ?? '/account',
  });
  setCookie(exchange, { name: cookie, value: browser, max_age_s: limits.sign_on_ms / 1_000 });
  redirect(exchange, url.href);
}

async function finish(deps: Deps, exchange: Exchange): Promise<void> {
  const signed_in = await browserOf(deps.identify, exchange);
  const { session, return_to } = await deps.flows.finish({
    query: new URLSearchParams(exchange.query),
    path: signOnReturnPath(exchange.params['tenant'] ?? ''),
    browser: readBrowser(exchange),
    signed_in: signed_in?.principal,
  });
  await beginInBrowser(deps, exchange, session);
  redirect(exchange, return_to);
}

function readBrowser(exchange: Exchange): string | undefined {
  const value = readCookie(exchange, cookie);
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}
