// The catalogue of a running server: loaded at the start, and again whenever its files change. Calls in flight end on the
// one that they began with.
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { CatalogueLoader } from './catalogue-loader.ts';
import type { LoadedCatalogue, LoadInput, LoadOptions } from './catalogue-loader.ts';
import type { Catalogue } from './catalogue.ts';
import { FileWatcher } from './watch-files.ts';

export interface LiveCatalogue {
  /** The catalogue of this moment. Whoever uses it across a wait holds it. */
  readonly current: () => Catalogue;
  /** What is wrong with the files. */
  faults(): readonly Fault[];
  /** Loads now, whether something has changed or not. Never rejects: what goes wrong is logged, and what was loaded stays. */
  reload(): Promise<void>;
  /** Watches no more and closes everything, whoever uses it. */
  close(): Promise<void>;
}

/** Loads and begins to watch. Throws `config_invalid` with all faults when `strict`. */
export async function startLiveCatalogue(input: LoadInput): Promise<LiveCatalogue> {
  const { log, clock } = input.deps;
  const loader = new CatalogueLoader(input);
  let loaded: LoadedCatalogue | undefined;
  let is_closed = false;
  // One load at a time.
  let turn: Promise<unknown> = Promise.resolve();

  /** False when the files have changed meanwhile. */
  async function load(options: LoadOptions): Promise<boolean> {
    if (is_closed || loaded === undefined) return true;
    try {
      const next = await loader.load(options);
      if (next === undefined) return false;
      const { catalogue: replaced } = loaded;
      loaded = next;
      replaced.retire();
      tellReload(next, log);
    } catch (error) {
      log.error('reload-failed', { error });
    }
    return true;
  }
  const inTurn = (options: LoadOptions): Promise<boolean> => {
    const done = turn.then(() => load(options));
    turn = done;
    return done;
  };

  const paths = input.files.map(({ path }) => path);
  const watcher = new FileWatcher({ paths, clock, log, onChange: inTurn });
  await watcher.start();
  try {
    const first = loader.load();
    turn = first.catch(() => undefined);
    loaded = await first;
  } catch (thrown) {
    await watcher.close();
    throw thrown;
  }
  const now = (): LoadedCatalogue => {
    if (loaded === undefined) throw new TypeError('The first load watches nothing and always ends');
    return loaded;
  };
  return {
    current: () => now().catalogue,
    faults: () => now().faults,
    reload: async () => void (await inTurn({})),
    close: async () => {
      is_closed = true;
      await watcher.close();
      await turn;
      await loader.close();
    },
  };
}

function tellReload({ catalogue, faults }: LoadedCatalogue, log: Log): void {
  const { tools, sources, held } = catalogue;
  log.info('catalogue-reloaded', { tools: tools.length, sources: sources.length, faults: faults.length });
  for (const { file, faults: own } of held) log.warn('file-held', { file, faults: own.slice(0, limits.faults_logged) });
  if (faults.length > 0) log.warn('catalogue-faulty', { faults: faults.slice(0, limits.faults_logged) });
}
