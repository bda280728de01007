// The composition root: the one place where the parts are put together, started and stopped in order.
import { systemClock } from './base/clock.ts';
import type { Clock } from './base/clock.ts';
import type { Environment } from './base/config.ts';
import type { Fault } from './base/errors.ts';
import type { ResolveName } from './base/http-client.ts';
import { limits } from './base/limits.ts';
import { createLog } from './base/log.ts';
import type { Log } from './base/log.ts';
import { createPublicAddresses, requirePublicUrl } from './base/public-addresses.ts';
import type { Config } from './base/settings.ts';
import type { Kinds } from './catalog/decode.ts';
import { Closers } from './closers.ts';
import { createRoutes } from './create-routes.ts';
import { createServices } from './create-services.ts';
import { demoExample } from './demo.ts';
import { startFileSweep } from './files/start-file-sweep.ts';
import { startHandOffSweep } from './interactions/handoff/start-handoff-sweep.ts';
import { InteractionWaiter } from './interactions/interaction-waiter.ts';
import { startWebhookSweep } from './interactions/webhooks/start-webhook-sweep.ts';
import { createAuditWriter } from './ledger/audit.ts';
import { isDemo } from './load-tools.ts';
import { openAccounts } from './open-accounts.ts';
import { openGround } from './open-ground.ts';
import { openTools } from './open-tools.ts';
import { createAllowedHosts, hostInUrl, hostWarnings } from './surfaces/allowed-hosts.ts';
import { createHttpServer } from './surfaces/http-server.ts';

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
  const closers = new Closers();
  try {
    return await start({ ...options, clock, log }, closers);
  } catch (thrown) {
    await closers.closeAll().catch((error: unknown) => log.error('close-failed', { error }));
    throw thrown;
  }
}

/** What a start is made of; `ServerOptions` with its defaults. */
type StartOptions = ServerOptions & { readonly clock: Clock; readonly log: Log };

/** Starts part after part; each adds how it is closed. */
async function start(options: StartOptions, closers: Closers): Promise<RunningServer> {
  const { config, clock, log } = options;
  requirePublicUrl(config);
  const ground = await openGround(options, closers);
  const { store, first } = ground;
  closers.add(startFileSweep(ground));
  closers.add(startWebhookSweep(ground));
  const { packs, oauth, credentials } = await openAccounts(ground, closers);
  // The audit is closed after the sources, so that it takes the records of the calls that end with them.
  const audit = closers.add(createAuditWriter({ store, clock, log, durability: config.audit_durability }));
  const { strict, more_kinds } = options;
  const { catalogue, mirrors, definitions, catalogues } = await openTools(
    ground,
    { strict, more_kinds, providers: [packs.provider], forgetIdentities: () => services.forgetIdentities() },
    closers,
  );

  let stopping = false;
  let url = '';
  const addresses = createPublicAddresses({ public_urls: config.public_urls, listening: () => url });
  const waiter = new InteractionWaiter({ store, clock });
  const services = createServices({
    ...{ ...ground, oauth, addresses, waiter, audit, credentials, definitions, mirrors },
    catalogueOf: catalogues.of,
    packs: packs.packs,
    stopping: () => stopping,
  });
  mirrors.start(
    () => catalogue.current().sources,
    () => catalogue.reload(),
    ground.outgoing,
  );
  const http = createHttpServer({
    routes: createRoutes(services),
    log,
    ids: ground.ids,
    allowed: createAllowedHosts(config),
  });
  const port = await http.listen(config.host, config.port);
  url = `http://${hostInUrl(config.host)}:${port}`;
  closers.add({ close: () => http.close(limits.stop_grace_ms) });
  closers.add(waiter);
  closers.add(startHandOffSweep(services.handOffs));
  const faults = catalogue.faults();
  const tools = catalogue.current().tools.length;
  log.info('server-started', { port, database: store.kind, tools, faults: faults.length });

  let stopped: Promise<void> | undefined;
  return {
    url,
    faults,
    warnings: [...hostWarnings(config), ...ground.warnings],
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

async function stop(closers: Closers, log: Log): Promise<void> {
  log.info('server-stopping');
  await closers.closeAll();
  log.info('server-stopped');
}
