// The composition root: the one place where the parts are put together, started and stopped in order.
import { systemClock } from './base/clock.ts';
import type { Clock } from './base/clock.ts';
import { processEnvironment } from './base/config.ts';
import type { Environment } from './base/config.ts';
import { ToolcribError } from './base/errors.ts';
import type { Fault } from './base/errors.ts';
import { guardedFetch } from './base/guarded-fetch.ts';
import { createHttpClient } from './base/http-client.ts';
import type { HttpClient } from './base/http-client.ts';
import { randomIds } from './base/ids.ts';
import { limits } from './base/limits.ts';
import { createLog } from './base/log.ts';
import type { Log } from './base/log.ts';
import { createPublicAddresses, requirePublicUrl } from './base/public-addresses.ts';
import type { PublicAddresses } from './base/public-addresses.ts';
import type { Config } from './base/settings.ts';
import type { CatalogueFile } from './catalog/find-files.ts';
import { startLiveCatalogue } from './catalog/live-catalogue.ts';
import type { LiveCatalogue } from './catalog/live-catalogue.ts';
import type { Kinds } from './catalog/decode.ts';
import { createIssuers } from './credentials/sign-on/issuers.ts';
import { createVariableReader } from './credentials/variable-reader.ts';
import { createVault } from './credentials/vault/create-vault.ts';
import { openMasterKeys } from './credentials/vault/open-master-keys.ts';
import type { Vault } from './credentials/vault/vault.ts';
import { watchMasterKeys } from './credentials/vault/watch-master-keys.ts';
import { demoExample, makeDemo } from './demo.ts';
import { findTenant } from './identity/tenants.ts';
import { createIdentifier } from './identity/identify.ts';
import { createPasswords } from './identity/passwords.ts';
import { createUseLimiter } from './identity/use-limiter.ts';
import { leaveCredentials } from './credentials/leave-credentials.ts';
import { makeFirstTenant } from './identity/first-tenant.ts';
import { InteractionWaiter } from './interactions/interaction-waiter.ts';
import { createResolver } from './credentials/create-resolver.ts';
import { createGrantKeeper } from './credentials/oauth/refresh.ts';
import { startGrantSweep } from './credentials/oauth/start-grant-sweep.ts';
import type { CredentialResolver } from './credentials/resolver.ts';
import { createApprovals } from './interactions/create-approvals.ts';
import { createInteractions } from './interactions/create-interactions.ts';
import { createPolicyLookup } from './interactions/policies.ts';
import { createCorridor } from './invoke/corridor.ts';
import { createPlaces } from './invoke/places.ts';
import { authServiceKinds, resourceKinds, sourceKinds, toolKinds } from './kinds/kinds.ts';
import { createAuditWriter } from './ledger/audit.ts';
import type { AuditWriter } from './ledger/audit.ts';
import { openStore } from './store/store.ts';
import type { Store } from './store/store.ts';
import { createAllowedHosts, hostInUrl, hostWarnings } from './surfaces/allowed-hosts.ts';
import { createHttpServer } from './surfaces/http-server.ts';
import { mcpRoutes } from './surfaces/mcp/mcp-routes.ts';
import { pageRoutes } from './surfaces/pages.ts';
import { connectRoutes } from './surfaces/web/connect/connect-routes.ts';
import { interactionRoutes } from './surfaces/web/interactions/interaction-routes.ts';
import { peopleRoutes } from './surfaces/web/people-routes.ts';
import { openapiRoute } from './surfaces/rest/openapi.ts';
import type { HealthChecks } from './surfaces/rest/operation.ts';
import { restRoutes } from './surfaces/rest/rest-routes.ts';
import type { Route } from './surfaces/route.ts';
import { signOnLinks, signOnRoutes } from './surfaces/web/sign-on-pages.ts';
import { toolboxRoutes } from './surfaces/toolbox/toolbox-routes.ts';
import { openOauth } from './open-oauth.ts';
import type { Oauth } from './open-oauth.ts';
import { prebuiltFiles } from './prebuilt.ts';
import { version } from './version.ts';

export interface ServerOptions {
  readonly config: Config;
  /** Refuse to start when something of the tool files cannot be used. */
  readonly strict?: boolean;
  /** Kinds beside the built-in ones. */
  readonly more_kinds?: Partial<Kinds>;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Values of the `${NAME}` placeholders in tool files; by default the process's environment. */
  readonly environment?: Environment;
}

export interface RunningServer {
  /** `http://127.0.0.1:5100`, with the port that was bound. */
  readonly url: string;
  /** What of the tool files could not be used at the start. */
  readonly faults: readonly Fault[];
  /** Unsafe settings, by name. */
  readonly warnings: readonly string[];
  /** Set when this start made the first tenant. */
  readonly first_start: FirstStart | undefined;
  /** Loads the tool files now, as it does by itself when they change. Never rejects: what is wrong is logged. */
  reload(): Promise<void>;
  /** Takes no new calls, lets those in flight end, writes the audit, closes everything. Idempotent. */
  stop(): Promise<void>;
}

export interface FirstStart {
  readonly tenant_slug: string;
  readonly email: string;
  /** The owner's key, to be shown once. */
  readonly key: string;
  /** With it the owner sets a password: to be shown once. */
  readonly invitation: string;
  /** A call that answers at once, when the demo is loaded. */
  readonly example: typeof demoExample | undefined;
}

/** Starts everything. Throws ToolcribError, with nothing left running. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, clock = systemClock } = options;
  const log = options.log ?? createLog({ level: config.log_level });
  const closers: Closer[] = [];
  try {
    return await start({ ...options, clock, log }, closers);
  } catch (thrown) {
    await closeAll(closers);
    throw thrown;
  }
}

type Closer = () => Promise<void>;

/** What a start is made of; `ServerOptions` with its defaults. */
type StartOptions = ServerOptions & { readonly clock: Clock; readonly log: Log };

/** Starts part after part; each adds how it is closed. */
async function start(options: StartOptions, closers: Closer[]): Promise<RunningServer> {
  const { config, clock, log } = options;
  requirePublicUrl(config);
  const store = await openStore({ url: config.database_url, folder: config.data_folder, clock, log });
  closers.push(() => store.close());
  const { master, warnings: vault_warnings } = await openMasterKeys({ store, log }, config);
  const vault = createVault({ store, clock, ids: randomIds, log, master });
  const watch = watchMasterKeys({ store, log, master });
  closers.push(() => watch.stop());
  const first = await makeFirstTenant({ store, clock, ids: randomIds });

  const outgoing = createHttpClient({ allowed_private: config.allowed_private });
  closers.push(() => outgoing.close());
  const { environment = processEnvironment } = options;
  const oauth = await openOauth({ store, vault, clock, ids: randomIds, log, outgoing, environment }, config);

  const grants = createGrantKeeper({ ...oauth, store, clock, ids: randomIds, log, vault });
  closers.push(() => grants.close());
  const sweep = startGrantSweep(oauth);
  closers.push(() => sweep.stop());
  const credentials = createResolver({ store, clock, ids: randomIds, log, vault, grants });
  closers.push(() => credentials.close());

  // The audit is closed after the sources, so that it takes the records of the calls that end with them.
  const audit = createAuditWriter({ store, clock, log, durability: config.audit_durability });
  closers.push(() => audit.close());
  const catalogue = await loadTools(options, store, outgoing);
  const faults = catalogue.faults();
  closers.push(() => catalogue.close());

  let stopping = false;
  let url = '';
  const addresses = createPublicAddresses({ public_urls: config.public_urls, listening: () => url });
  const waiter = new InteractionWaiter({ store, clock });
  const http = createHttpServer({
    routes: routesOf({
      ...{ oauth, config, outgoing, addresses, waiter, log, clock, store, vault, audit, catalogue, credentials },
      approval_from: config.approval_from,
      stopping: () => stopping,
    }),
    log,
    ids: randomIds,
    allowed: createAllowedHosts(config),
  });
  const port = await http.listen(config.host, config.port);
  url = `http://${hostInUrl(config.host)}:${port}`;
  closers.push(() => http.close(limits.stop_grace_ms));
  closers.push(() => waiter.close());
  log.info('server-started', {
    port,
    database: store.kind,
    tools: catalogue.current().tools.length,
    faults: faults.length,
  });

  let stopped: Promise<void> | undefined;
  return {
    url,
    faults,
    warnings: [...hostWarnings(config), ...vault_warnings],
    first_start: first && {
      ...first,
      invitation: addresses.urlFor(undefined, `/invitations/${first.invitation}`),
      example: isDemo(config) ? demoExample : undefined,
    },
    reload: () => catalogue.reload(),
    stop: () => {
      stopping = true;
      return (stopped ??= stop(closers, log));
    },
  };
}

async function stop(closers: readonly Closer[], log: Log): Promise<void> {
  log.info('server-stopping');
  await closeAll(closers);
  log.info('server-stopped');
}

/** Closes the parts, the last one first. A part that fails does not keep the others open; its error is thrown at the end. */
async function closeAll(closers: readonly Closer[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers.toReversed()) {
    await close().catch((thrown: unknown) => failures.push(thrown));
  }
  if (failures.length > 0) throw failures[0];
}

function isDemo({ tools, prebuilt }: Config): boolean {
  return tools.length === 0 && prebuilt.length === 0;
}

async function loadTools(options: StartOptions, store: Store, http: HttpClient): Promise<LiveCatalogue> {
  const { config, log, clock, more_kinds, strict = false, environment = processEnvironment } = options;
  return startLiveCatalogue({
    files: isDemo(config) ? [makeDemo(config.data_folder)] : await catalogueFiles(config, store),
    environment,
    kinds: {
      tools: [...toolKinds, ...(more_kinds?.tools ?? [])],
      sources: [...sourceKinds, ...(more_kinds?.sources ?? [])],
      auth_services: [...(more_kinds?.auth_services ?? []), ...authServiceKinds],
      resources: [...resourceKinds, ...(more_kinds?.resources ?? [])],
    },
    deps: { log, clock, http },
    strict,
  });
}

interface Parts {
  readonly log: Log;
  readonly clock: Clock;
  readonly store: Store;
  readonly vault: Vault;
  readonly audit: AuditWriter;
  readonly catalogue: LiveCatalogue;
  readonly oauth: Oauth;
  readonly config: Pick<Config, 'oauth_return_urls'>;
  /** For addresses that tenants name. */
  readonly outgoing: HttpClient;
  /** For every link and return address. */
  readonly addresses: PublicAddresses;
  /** Requests that wait for a person; they end before the server stops. */
  readonly waiter: InteractionWaiter;
  /** Whose account a call uses. */
  readonly credentials: CredentialResolver;
  readonly approval_from: Config['approval_from'];
  readonly stopping: () => boolean;
}

/** Every surface, on one corridor. */
function routesOf({
  oauth: oauth_parts,
  config,
  outgoing,
  addresses,
  log,
  clock,
  store,
  vault,
  audit,
  catalogue: live,
  stopping,
  waiter,
  credentials,
  approval_from,
}: Parts): readonly Route[] {
  const catalogue = live.current;
  const { identify, forget } = createIdentifier({ store, clock });
  const oauth = { ...oauth_parts, forgetIdentities: forget };
  const connect = { oauth, identify, addresses, return_urls: config.oauth_return_urls };
  const places = createPlaces({
    tenant_concurrency: limits.tenant_concurrency,
    wait_ms: limits.concurrency_wait_ms,
  });
  const interactions = createInteractions({ store, clock, ids: randomIds, vault, urlFor: addresses.urlFor });
  const policyOf = createPolicyLookup({ store, from: approval_from });
  const approvals = createApprovals({ store, clock, interactions, policyOf });
  const uses = createUseLimiter({ store, clock, log });
  const people = { store, clock, ids: randomIds, log, passwords: createPasswords(), uses };
  const issuers = createIssuers({ fetch: guardedFetch(outgoing, { timeout_ms: limits.sign_on_request_ms }), clock });
  const corridor = createCorridor({
    uses,
    identify,
    catalogue,
    audit,
    places,
    clock,
    ids: randomIds,
    log,
    stopping,
    vault,
    credentials,
    variablesOf: createVariableReader({ store, vault }),
    approvals,
    interactions,
  });
  return [
    ...toolboxRoutes({ corridor, version }),
    ...mcpRoutes({ corridor, identify, vault, waiter, clock, log, version }),
    ...peopleRoutes({
      ...people,
      signOnLinks: (organisation, next) => signOnLinks({ store }, organisation, next),
      identify,
      forgetIdentities: forget,
    }),
    ...connectRoutes(connect),
    ...interactionRoutes({
      ...people,
      ...connect,
      catalogue,
      providers: oauth.providers,
      vault,
      waiter,
      forgetIdentities: forget,
    }),
    ...restRoutes({
      ...connect,
      ...people,
      onMemberLeaving: leaveCredentials({ clock, ids: randomIds, providers: oauth.providers }),
      corridor,
      catalogue,
      identify,
      forgetIdentities: forget,
      credentials,
      issuers,
      addresses,
      vault,
      waiter,
      health: healthChecks({ store, clock, audit, stopping }),
    }),
    ...signOnRoutes({ ...people, vault, issuers, identify, forgetIdentities: forget, addresses, log }),
    openapiRoute(version),
    ...pageRoutes,
  ];
}

/** The ready-made and the configured files with their scope; a tenant is named by its slug. Throws `config_invalid`. */
async function catalogueFiles(config: Config, store: Store): Promise<readonly CatalogueFile[]> {
  const files = await Promise.all(
    config.tools.map(async ({ path, tenant: slug }): Promise<CatalogueFile> => {
      if (slug === undefined) return { path, scope: { kind: 'system' } };
      const tenant = await findTenant({ store }, slug);
      if (tenant !== undefined) return { path, scope: { kind: 'tenant', tenant_id: tenant.id } };
      const fault = { path: 'tools', message: `There is no tenant "${slug}"`, hint: `toolcrib tenant create ${slug}` };
      throw new ToolcribError('config_invalid', { params: { count: 1 }, faults: [fault] });
    }),
  );
  return [...prebuiltFiles(config.prebuilt), ...files];
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
