// The composition root: the one place where the parts are put together, started and stopped in order.
import { systemClock } from './base/clock.ts';
import type { Clock } from './base/clock.ts';
import { processEnvironment } from './base/config.ts';
import type { Environment } from './base/config.ts';
import type { Fault } from './base/errors.ts';
import { createHttpClient } from './base/http-client.ts';
import type { ResolveName } from './base/http-client.ts';
import { randomIds } from './base/ids.ts';
import { limits } from './base/limits.ts';
import { createLog } from './base/log.ts';
import type { Log } from './base/log.ts';
import { createPublicAddresses, requirePublicUrl } from './base/public-addresses.ts';
import { createTenantHttp } from './base/tenant-http.ts';
import type { Config } from './base/settings.ts';
import type { Kinds } from './catalog/decode.ts';
import { createVault } from './credentials/vault/create-vault.ts';
import { openMasterKeys } from './credentials/vault/open-master-keys.ts';
import { watchMasterKeys } from './credentials/vault/watch-master-keys.ts';
import { demoExample } from './demo.ts';
import { startFileSweep } from './files/start-file-sweep.ts';
import { makeFirstTenant } from './identity/first-tenant.ts';
import { startHandOffSweep } from './interactions/handoff/start-handoff-sweep.ts';
import { InteractionWaiter } from './interactions/interaction-waiter.ts';
import { startWebhookSweep } from './interactions/webhooks/start-webhook-sweep.ts';
import { createResolver } from './credentials/create-resolver.ts';
import { createGrantKeeper } from './credentials/oauth/refresh.ts';
import { startGrantSweep } from './credentials/oauth/start-grant-sweep.ts';
import { createAuditWriter } from './ledger/audit.ts';
import { createMirrors } from './definitions/mirror/create-mirrors.ts';
import type { Mirrors } from './definitions/mirror/create-mirrors.ts';
import { openStore } from './store/store.ts';
import { createAllowedHosts, hostInUrl, hostWarnings } from './surfaces/allowed-hosts.ts';
import { createHttpServer } from './surfaces/http-server.ts';
import { createRoutes } from './create-routes.ts';
import { createServices } from './create-services.ts';
import { allKinds, isDemo, loadTools } from './load-tools.ts';
import { openTenantTools } from './open-tenant-tools.ts';
import { openOauth, openProviders } from './open-oauth.ts';
import { openPacks } from './open-packs.ts';

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
  /** How names of other hosts are resolved; by default as the operating system does. */
  readonly resolve?: ResolveName;
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

  const reach = {
    allowed_private: config.allowed_private,
    ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
  };
  const outgoing = createHttpClient(reach);
  closers.push(() => outgoing.close());
  const tenant_http = createTenantHttp(reach);
  closers.push(() => tenant_http.close());
  const { environment = processEnvironment } = options;
  const providers = await openProviders(environment, config);
  const packs = await openPacks({ store, vault, clock, ids: randomIds, log, master, environment, providers }, config);
  closers.push(() => packs.close());
  const oauth = openOauth({ store, vault, clock, ids: randomIds, log, tenant_http, providers }, config);

  const grants = createGrantKeeper({ ...oauth, store, clock, ids: randomIds, log, vault });
  closers.push(() => grants.close());
  const sweep = startGrantSweep(oauth);
  closers.push(() => sweep.stop());
  const file_sweep = startFileSweep({ store, clock, log });
  closers.push(() => file_sweep.stop());
  const webhooks = startWebhookSweep({ store, clock, ids: randomIds, log, vault, tenant_http });
  closers.push(() => webhooks.stop());
  const credentials = createResolver({ store, clock, ids: randomIds, log, vault, grants });
  closers.push(() => credentials.close());

  // The audit is closed after the sources, so that it takes the records of the calls that end with them.
  const audit = createAuditWriter({ store, clock, log, durability: config.audit_durability });
  closers.push(() => audit.close());
  const mirrors: Mirrors = createMirrors({
    ...{ store, clock, log, ids: randomIds },
    forgetIdentities: () => services.forgetIdentities(),
  });
  const catalogue = await loadTools(options, { store, http: outgoing, mirrors });
  const faults = catalogue.faults();
  closers.push(() => catalogue.close());
  const { definitions, catalogues } = openTenantTools(
    {
      ...{ store, clock, ids: randomIds, log, tenant_http, kinds: allKinds(options.more_kinds) },
      ...{ snapshotOf: mirrors.snapshotOf, saw: mirrors.saw },
    },
    { files: catalogue.current, providers: [packs.provider] },
  );
  closers.push(() => catalogues.close());
  closers.push(() => mirrors.stop());

  let stopping = false;
  let url = '';
  const addresses = createPublicAddresses({ public_urls: config.public_urls, listening: () => url });
  const waiter = new InteractionWaiter({ store, clock });
  const services = createServices({
    ...{
      store,
      clock,
      log,
      config,
      tenant_http,
      oauth,
      addresses,
      waiter,
      vault,
      audit,
      credentials,
    },
    ids: randomIds,
    catalogueOf: catalogues.of,
    definitions,
    packs: packs.packs,
    mirrors,
    stopping: () => stopping,
  });
  mirrors.start(() => catalogue.current().sources, catalogue.reload, outgoing);
  const handoff_sweep = startHandOffSweep(services.handOffs);
  const http = createHttpServer({
    routes: createRoutes(services),
    log,
    ids: randomIds,
    allowed: createAllowedHosts(config),
  });
  const port = await http.listen(config.host, config.port);
  url = `http://${hostInUrl(config.host)}:${port}`;
  closers.push(() => http.close(limits.stop_grace_ms));
  closers.push(() => waiter.close());
  closers.push(() => handoff_sweep.stop());
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
    reload: async () => {
      await packs.packs.live.reload();
      await catalogue.reload();
    },
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
