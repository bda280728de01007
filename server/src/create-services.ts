// What every surface works with, made once from the parts that a start has opened. Nothing here runs by itself or is closed.
import type { Clock } from './base/clock.ts';
import { guardedFetch } from './base/guarded-fetch.ts';
import type { Ids } from './base/ids.ts';
import { limits } from './base/limits.ts';
import type { Log } from './base/log.ts';
import type { PublicAddresses } from './base/public-addresses.ts';
import type { TenantHttp } from './base/tenant-http.ts';
import type { Config } from './base/settings.ts';
import { leaveCredentials } from './credentials/leave-credentials.ts';
import type { CredentialResolver } from './credentials/resolver.ts';
import { createIssuers } from './credentials/sign-on/issuers.ts';
import { createVariableReader } from './credentials/variable-reader.ts';
import type { Vault } from './credentials/vault/vault.ts';
import type { Definitions } from './definitions/create-definitions.ts';
import type { Mirrors } from './definitions/mirror/create-mirrors.ts';
import type { CatalogueOf } from './definitions/tenant-catalogues.ts';
import { createToolFiles } from './files/tool-files.ts';
import { createIdentifier } from './identity/identify.ts';
import { createPasswords } from './identity/passwords.ts';
import { createUseLimiter } from './identity/use-limiter.ts';
import { createApprovals } from './interactions/create-approvals.ts';
import { createAsk } from './interactions/input/ask.ts';
import { createInteractions } from './interactions/create-interactions.ts';
import { createToolPauses } from './interactions/tool-pauses.ts';
import { createHandOff } from './interactions/handoff/hand-off.ts';
import { createHandOffs } from './interactions/handoff/create-handoffs.ts';
import type { InteractionWaiter } from './interactions/interaction-waiter.ts';
import { createPolicyLookup } from './interactions/policies.ts';
import { createCorridor } from './invoke/corridor.ts';
import { createPlaces } from './invoke/places.ts';
import type { AuditWriter } from './ledger/audit.ts';
import type { Oauth } from './open-oauth.ts';
import type { Packs } from './packs/packs.ts';
import type { Store } from './store/store.ts';
import type { HealthChecks } from './surfaces/rest/operation.ts';
import { createUploadPlaces } from './surfaces/rest/upload-places.ts';

export interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly vault: Vault;
  readonly audit: AuditWriter;
  readonly definitions: Definitions;
  readonly packs: Packs;
  /** What is kept of other MCP servers. */
  readonly mirrors: Mirrors;
  /** Which tools a tenant has. */
  readonly catalogueOf: CatalogueOf;
  readonly oauth: Oauth;
  /** For everything that goes out on behalf of a tenant, bounded per tenant. */
  readonly tenant_http: TenantHttp;
  /** For every link and return address. */
  readonly addresses: PublicAddresses;
  /** Requests that wait for a person; they end before the server stops. */
  readonly waiter: InteractionWaiter;
  /** Whose account a call uses. */
  readonly credentials: CredentialResolver;
  readonly stopping: () => boolean;
}

export type Services = ReturnType<typeof createServices>;

export function createServices(parts: Parts) {
  const { config, store, clock, ids, log, vault, audit, catalogueOf, addresses, waiter, credentials, stopping } = parts;
  const { identify, forget: forgetIdentities } = createIdentifier({ store, clock });
  const uses = createUseLimiter({ store, clock, log });
  const interactions = createInteractions({ store, clock, ids, vault, urlFor: addresses.urlFor });
  const handoff_deps = {
    ...{ store, clock, ids, log, vault, mode: config.mode, http: parts.tenant_http },
    wake: (tenant_id: string, id: string) => waiter.wake(tenant_id, id),
  };
  const policyOf = createPolicyLookup({ store, from: config.approval_from });
  const calls = {
    ...{ uses, identify, catalogueOf, audit, clock, ids, log, stopping, vault, credentials, interactions },
    places: createPlaces({ tenant_concurrency: limits.tenant_concurrency, wait_ms: limits.concurrency_wait_ms }),
    variablesOf: createVariableReader({ store, vault }),
    approvals: createApprovals({ store, clock, interactions, policyOf }),
    toolPauses: createToolPauses({
      ...{ store, clock, handOff: createHandOff({ ...handoff_deps, interactions }) },
      ask: createAsk({ store, clock, vault, interactions }),
    }),
    filesFor: createToolFiles({ store, clock, ids, vault, urlFor: addresses.urlFor }),
    outgoing: parts.tenant_http,
  };
  return {
    ...{ store, clock, ids, log, vault, identify, forgetIdentities, uses, catalogueOf, addresses, waiter, credentials },
    definitions: parts.definitions,
    packs: parts.packs,
    mirrors: parts.mirrors,
    interactions,
    tenant_http: parts.tenant_http,
    corridor: createCorridor(calls),
    passwords: createPasswords(),
    uploads: createUploadPlaces(),
    oauth: { ...parts.oauth, forgetIdentities },
    providers: parts.oauth.providers,
    return_urls: config.oauth_return_urls,
    mode: config.mode,
    issuers: createIssuers({
      fetchFor: (tenant_id) => guardedFetch(parts.tenant_http.of(tenant_id), { timeout_ms: limits.sign_on_request_ms }),
      clock,
    }),
    handOffs: createHandOffs(handoff_deps),
    handoff_tenant: config.handoff_tenant,
    onMemberLeaving: leaveCredentials({ clock, ids, providers: parts.oauth.providers }),
    health: healthChecks({ store, clock, audit, stopping }),
  };
}

/** The database is asked at most twice a second, however often readiness is. */
function healthChecks({
  store,
  clock,
  audit,
  stopping,
}: Pick<Parts, 'store' | 'clock' | 'audit' | 'stopping'>): HealthChecks {
  let asked: { readonly at: number; readonly answer: Promise<boolean> } | undefined;
  return {
    database: () => {
      const now = clock.monotonic();
      if (asked === undefined || now - asked.at > 500) {
        const answer = store.ping(AbortSignal.timeout(limits.readiness_ms)).then(
          () => true,
          () => false,
        );
        asked = { at: now, answer };
      }
      return asked.answer;
    },
    audit: () => audit.healthy(),
    stopping,
  };
}
