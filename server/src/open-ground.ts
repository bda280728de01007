// What everything else of a server stands on: its database, its vault, and the clients for what goes out.
import type { Clock } from './base/clock.ts';
import { processEnvironment } from './base/config.ts';
import type { Environment } from './base/config.ts';
import { createHttpClient } from './base/http-client.ts';
import type { ResolveName } from './base/http-client.ts';
import { randomIds } from './base/ids.ts';
import type { Log } from './base/log.ts';
import type { Config } from './base/settings.ts';
import { createTenantHttp } from './base/tenant-http.ts';
import type { Closers } from './closers.ts';
import { createVault } from './credentials/vault/create-vault.ts';
import { openMasterKeys } from './credentials/vault/open-master-keys.ts';
import { watchMasterKeys } from './credentials/vault/watch-master-keys.ts';
import { makeFirstTenant } from './identity/first-tenant.ts';
import { openStore } from './store/store.ts';

export interface GroundOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly environment?: Environment | undefined;
  readonly resolve?: ResolveName | undefined;
}

export type Ground = Awaited<ReturnType<typeof openGround>>;

/** Throws ToolcribError. `first` is there when this start has made the first tenant. */
export async function openGround(options: GroundOptions, closers: Closers) {
  const { config, clock, log, environment = processEnvironment, resolve } = options;
  const ids = randomIds;
  const store = closers.add(await openStore({ url: config.database_url, folder: config.data_folder, clock, log }));
  const { master, warnings } = await openMasterKeys({ store, log }, config);
  const vault = createVault({ store, clock, ids, log, master });
  closers.add(watchMasterKeys({ store, log, master }));
  const first = await makeFirstTenant({ store, clock, ids });
  const reach = { allowed_private: config.allowed_private, ...(resolve === undefined ? {} : { resolve }) };
  const outgoing = closers.add(createHttpClient(reach));
  const tenant_http = closers.add(createTenantHttp(reach));
  return { config, clock, log, ids, environment, store, master, vault, warnings, first, outgoing, tenant_http };
}
