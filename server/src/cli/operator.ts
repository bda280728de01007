// How operator commands reach the database itself: by the same settings as the server. With the embedded database the
// server must be stopped, since one process at a time can use it.
import { systemClock } from '../base/clock.ts';
import { randomIds } from '../base/ids.ts';
import { createLog } from '../base/log.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { findTenant } from '../identity/tenants.ts';
import type { Tenant } from '../identity/tenants.ts';
import { openStore } from '../store/store.ts';
import { settings } from '../base/settings.ts';
import { wrongUsage } from './command.ts';
import type { Command, CommandInput, Option } from './command.ts';
import { configOf, configOption } from './config-option.ts';

export const operatorOptions: Readonly<Record<string, Option>> = {
  config: configOption,
  data: { value: 'FOLDER', description: settings.data_folder.description },
  'database-url': { value: 'URL', description: settings.database_url.description },
};

/** The tenant of a slug. Throws `usage_invalid` when there is none. */
export async function tenantOf(command: Command, deps: IdentityDeps, slug: string): Promise<Tenant> {
  const tenant = await findTenant(deps, slug);
  if (tenant === undefined) throw wrongUsage(command, `There is no tenant "${slug}"`, 'toolcrib tenant list');
  return tenant;
}

/** Opens the store, migrated, for the time of `work`. */
export async function asOperator<T>(input: CommandInput, work: (deps: IdentityDeps) => Promise<T>): Promise<T> {
  const config = configOf(input);
  const log = createLog({ level: config.log_level === 'info' ? 'warn' : config.log_level });
  const store = await openStore({
    url: config.database_url,
    folder: config.data_folder,
    clock: systemClock,
    log,
  });
  try {
    return await work({ store, clock: systemClock, ids: randomIds });
  } finally {
    await store.close();
  }
}
