// The packs of this server while it runs: found, loaded, loaded anew when their files change, let go of when they are gone. A
// pack that is broken by a change goes on as it was before it; one that was never good leaves the others alone.
import type { Clock } from '../base/clock.ts';
import type { Fault } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Environment } from '../catalog/decoding.ts';
import { FileWatcher } from '../catalog/watch-files.ts';
import type { Provider } from '../credentials/oauth/provider.ts';
import { findPacks } from './find-packs.ts';
import { listPackFiles } from './list-pack-files.ts';
import { loadPack } from './load-pack.ts';
import type { LoadedPack } from './load-pack.ts';
import type { FaultyPack, Pack } from './pack.ts';
import { readPackFiles } from './read-pack-files.ts';

export interface LivePacks {
  /** Sorted by code. */
  current(): readonly Pack[];
  find(code: string): Pack | undefined;
  /** What cannot be used; a pack that goes on as it was is in both lists. */
  faulty(): readonly FaultyPack[];
  /** Of the folders themselves. */
  faults(): readonly Fault[];
  /** Grows with every change. */
  generation(): number;
  /** Looks now. Never rejects: what is wrong is logged. */
  reload(): Promise<void>;
  /** Called after every change, the first load included. */
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

export interface LivePacksOptions {
  readonly folders: readonly string[];
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Log;
  /** Names of providers that are there without packs: none is replaced. */
  readonly providers: ReadonlySet<string>;
}

interface Known {
  readonly latest: LoadedPack;
  /** Of the files that `latest` was made of. */
  readonly hash: string;
  /** The last one that was good. */
  readonly good: Pack | undefined;
}

interface State {
  readonly packs: readonly Pack[];
  readonly by_code: ReadonlyMap<string, Pack>;
  readonly faulty: readonly FaultyPack[];
  readonly faults: readonly Fault[];
}

export async function startLivePacks(options: LivePacksOptions): Promise<LivePacks> {
  const { folders, environment, clock, log, providers } = options;
  let known: ReadonlyMap<string, Known> = new Map();
  let state: State = { packs: [], by_code: new Map(), faulty: [], faults: [] };
  let generation = 0;
  const listeners: (() => void)[] = [];

  const load = async (): Promise<void> => {
    const found = await findPacks(folders);
    const next = new Map<string, Known>();
    for (const folder of found.folders) next.set(folder, await loadOne(folder, known.get(folder), environment));
    const assembled = assemble([...next.values()], providers, found.faults);
    known = next;
    if (isSame(state, assembled)) return;
    tellChange(log, state, assembled);
    state = assembled;
    generation += 1;
    for (const listener of listeners) listener();
  };
  // One at a time.
  let running = Promise.resolve();
  const reload = (): Promise<void> => {
    running = running.then(load).catch((error: unknown) => log.error('packs-not-loaded', { error }));
    return running;
  };
  const watcher = new FileWatcher({
    ...{ paths: folders, clock, log, list: listPackFiles },
    onChange: async ({ isStill }) => {
      await reload();
      return isStill();
    },
  });
  await watcher.start();
  await reload();
  return {
    current: () => state.packs,
    find: (code) => state.by_code.get(code),
    faulty: () => state.faulty,
    faults: () => state.faults,
    generation: () => generation,
    reload,
    onChange: (listener) => {
      listeners.push(listener);
      listener();
    },
    close: async () => {
      await watcher.close();
      await running;
    },
  };
}

/** The same as before when no file has changed. */
async function loadOne(folder: string, before: Known | undefined, environment: Environment): Promise<Known> {
  const files = await readPackFiles(folder);
  if (before?.hash === files.hash) return before;
  const latest = await loadPack(files, environment);
  return { latest, hash: files.hash, good: 'pack' in latest ? latest.pack : before?.good };
}

/** Which packs count: of two with one code, or one provider, the first. */
function assemble(known: readonly Known[], providers: ReadonlySet<string>, faults: readonly Fault[]): State {
  const by_code = new Map<string, Pack>();
  const taken = new Map([...providers].map((name) => [name, 'this server']));
  const faulty: FaultyPack[] = [];
  for (const { latest, good } of known) {
    if ('faulty' in latest) faulty.push(latest.faulty);
    if (good === undefined) continue;
    const clashes = clashesOf(good, by_code, taken);
    if (clashes.length > 0) {
      faulty.push({ code: good.code, shown: good.shown, hash: good.hash, faults: clashes });
      continue;
    }
    by_code.set(good.code, good);
    for (const { name } of good.providers) taken.set(name, good.shown);
  }
  const packs = [...by_code.values()].toSorted((a, b) => (a.code < b.code ? -1 : 1));
  return { packs, by_code, faulty, faults };
}

function clashesOf(
  pack: Pack,
  by_code: ReadonlyMap<string, Pack>,
  taken: ReadonlyMap<string, string>,
): readonly Fault[] {
  const file = `${pack.shown}/manifest.yaml`;
  const other = by_code.get(pack.code);
  const of_code: readonly Fault[] =
    other === undefined ? [] : [{ path: 'code', message: `the pack in ${other.shown} has the same code`, file }];
  const of_providers = pack.providers.flatMap(({ name }, index): readonly Fault[] => {
    const owner = taken.get(name);
    if (owner === undefined) return [];
    return [{ path: `oauth[${index}].name`, message: `${owner} has a provider "${name}" already`, file }];
  });
  return [...of_code, ...of_providers];
}

function isSame(one: State, other: State): boolean {
  const isEqual = (a: readonly unknown[], b: readonly unknown[]): boolean =>
    a.length === b.length && a.every((item, index) => item === b[index]);
  const marks = ({ faulty, faults }: State): string => JSON.stringify([faulty, faults]);
  return isEqual(one.packs, other.packs) && marks(one) === marks(other);
}

function tellChange(log: Log, before: State, now: State): void {
  for (const { code, manifest, hash } of now.packs) {
    if (before.by_code.get(code)?.hash !== hash) log.info('pack-loaded', { code, version: manifest.version });
  }
  for (const { code } of before.packs) if (!now.by_code.has(code)) log.info('pack-unloaded', { code });
  for (const { shown, faults } of now.faulty) log.error('pack-faulty', { folder: shown, faults });
  for (const fault of now.faults) log.error('packs-not-found', { ...fault });
}

/** The definitions of providers that packs bring, kept in a list that others read: only names that no other definition has. */
export function mergeProviders(list: Map<string, Provider>, live: LivePacks): void {
  let ours = new Set<string>();
  live.onChange(() => {
    const brought = live.current().flatMap(({ providers }) => providers);
    const names = new Set(brought.map(({ name }) => name));
    for (const name of ours) if (!names.has(name)) list.delete(name);
    for (const provider of brought) list.set(provider.name, provider);
    ours = names;
  });
}
