// Loads the configuration files once: for whoever only wants to know what they hold.
import { CatalogueLoader } from './catalogue-loader.ts';
import type { LoadedCatalogue, LoadInput } from './catalogue-loader.ts';

/** Loads the catalogue without connecting to any source. Throws `config_invalid` with all faults when `strict`. */
export async function loadCatalogue(input: LoadInput): Promise<LoadedCatalogue> {
  const loaded = await new CatalogueLoader(input).load();
  if (loaded === undefined) throw new TypeError('A load that watches nothing always ends');
  return loaded;
}
