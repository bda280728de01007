// The packs of a server: loaded, watched, with their settings, and as tools for tenants.
import { fileURLToPath } from 'node:url';
import type { Clock } from './base/clock.ts';
import type { Environment } from './base/config.ts';
import type { Ids } from './base/ids.ts';
import type { Log } from './base/log.ts';
import type { Config } from './base/settings.ts';
import type { ToolProvider } from './catalog/tool-provider.ts';
import type { Provider } from './credentials/oauth/provider.ts';
import type { MasterKeys } from './credentials/vault/master-keys.ts';
import type { Vault } from './credentials/vault/vault.ts';
import { findPacks } from './packs/find-packs.ts';
import { mergeProviders, startLivePacks } from './packs/live-packs.ts';
import { createPackProvider } from './packs/pack-provider.ts';
import { PackSettingsReader } from './packs/pack-settings.ts';
import type { Packs } from './packs/packs.ts';
import { readManifest } from './packs/read-manifest.ts';
import { readPackFiles } from './packs/read-pack-files.ts';
import { watchSystemSettings } from './packs/system-settings.ts';
import type { Store } from './store/store.ts';

export interface PacksToOpen {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly master: MasterKeys;
  readonly environment: Environment;
  /** Gets the providers that packs bring, and loses them with their packs. */
  readonly providers: Map<string, Provider>;
}

const bundled_folder = fileURLToPath(new URL('../../packs/', import.meta.url));

/** The folders in which packs are looked for, in their order. */
export function packFolders({ packs_bundled, packs_folders }: Pick<Config, 'packs_bundled' | 'packs_folders'>) {
  return packs_bundled ? [bundled_folder, ...packs_folders] : packs_folders;
}

/** For commands that need the providers of packs and nothing else of them: no module of a pack is run. */
export async function addPackProviders(
  providers: Map<string, Provider>,
  environment: Environment,
  config: Pick<Config, 'packs_bundled' | 'packs_folders'>,
): Promise<void> {
  const { folders } = await findPacks(packFolders(config));
  for (const folder of folders) {
    const { providers: brought } = readManifest(await readPackFiles(folder), environment);
    for (const provider of brought) if (!providers.has(provider.name)) providers.set(provider.name, provider);
  }
}

export async function openPacks(
  { providers, environment, ...parts }: PacksToOpen,
  config: Pick<Config, 'packs_bundled' | 'packs_folders'>,
): Promise<{ readonly packs: Packs; readonly provider: ToolProvider; readonly close: () => Promise<void> }> {
  const { store, vault, clock, log } = parts;
  const live = await startLivePacks({
    ...{ environment, clock, log },
    folders: packFolders(config),
    providers: new Set(providers.keys()),
  });
  mergeProviders(providers, live);
  const system = await watchSystemSettings(parts);
  const reader = new PackSettingsReader({ store, environment, system });
  const opening = { vault, systemVault: () => system.vault() };
  return {
    packs: { live, system, reader, ...opening },
    provider: createPackProvider({ ...opening, clock, live, reader, system }),
    close: async () => {
      await live.close();
      await system.stop();
    },
  };
}
