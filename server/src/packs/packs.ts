// What the surfaces see of packs.
import type { OpenDeps } from './call-settings.ts';
import type { LivePacks } from './live-packs.ts';
import type { PackSettingsReader } from './pack-settings.ts';
import type { SystemSettingsWatch } from './system-settings.ts';

export interface Packs extends OpenDeps {
  readonly live: LivePacks;
  readonly system: SystemSettingsWatch;
  readonly reader: PackSettingsReader;
}
