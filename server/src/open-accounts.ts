// Whose account calls use: providers and packs that bring some, OAuth, grants that are renewed, ended and looked after.
import type { Closers } from './closers.ts';
import { createResolver } from './credentials/create-resolver.ts';
import { createGrantKeeper } from './credentials/oauth/refresh.ts';
import { startGrantSweep } from './credentials/oauth/start-grant-sweep.ts';
import type { Ground } from './open-ground.ts';
import { openOauth, openProviders } from './open-oauth.ts';
import { openPacks } from './open-packs.ts';

/** Throws `config_invalid`. */
export async function openAccounts(ground: Ground, closers: Closers) {
  const { config, environment } = ground;
  const providers = await openProviders(environment, config);
  const packs = closers.add(await openPacks({ ...ground, providers }, config));
  const oauth = openOauth({ ...ground, providers }, config);
  const grants = closers.add(createGrantKeeper({ ...oauth, ...ground }));
  closers.add(startGrantSweep(oauth));
  const credentials = closers.add(createResolver({ ...ground, grants }));
  return { packs, oauth, credentials };
}
