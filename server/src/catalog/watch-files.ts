// Tells when configuration files have changed and the change has come to rest: by the events of the file system, and by
// looking every now and then, because some file systems tell of nothing. Reads no content.
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { listFiles } from './read-files.ts';
import type { Listed } from './read-files.ts';

export interface WatchOptions {
  /** Files and folders. */
  readonly paths: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  /** The files behind a path; YAML files unless said otherwise. */
  readonly list?: (path: string) => Promise<Listed>;
  /** Loads. Resolves with false when the files have changed meanwhile: then it is called again. */
  readonly onChange: (change: FilesChanged) => Promise<boolean>;
}

export interface FilesChanged {
  /** Absolute paths of files that are still being changed, and for too long to wait for them. */
  readonly unsettled: ReadonlySet<string>;
  /** Whether nothing has changed since. */
  readonly isStill: () => Promise<boolean>;
}

/** What a file looks like from outside, by absolute path; a file that is not there is absent. */
type Stamps = ReadonlyMap<string, string>;

interface Seen {
  readonly stamp: string | undefined;
  readonly since: number;
}

export class FileWatcher {
  readonly #options: WatchOptions;
  readonly #watched = new Map<string, FSWatcher>();
  /** Of the files that were loaded last. */
  #loaded: Stamps = new Map();
  #seen = new Map<string, Seen>();
  /** When the first change that is not loaded yet was seen. */
  #changed_at: number | undefined;
  #poll: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #is_closed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Begins to watch. Call before the first load, so that no change is missed. */
  async start(): Promise<void> {
    this.#loaded = await this.#stamps();
    this.#poll = setInterval(() => this.#look(), limits.reload_poll_ms).unref();
  }

  async close(): Promise<void> {
    this.#is_closed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#timer);
    for (const watcher of this.#watched.values()) watcher.close();
    this.#watched.clear();
    await this.#looking;
  }

  #lookSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, limits.reload_settle_ms).unref();
  }

  /** One look at a time. */
  #look(): void {
    if (this.#is_closed) return;
    if (this.#looking !== undefined) return this.#lookSoon();
    this.#looking = this.#lookOnce()
      .catch((error: unknown) => this.#options.log.error('reload-failed', { error }))
      .finally(() => (this.#looking = undefined));
  }

  async #lookOnce(): Promise<void> {
    const { clock, onChange } = this.#options;
    const stamps = await this.#stamps();
    const now = clock.monotonic();
    this.#remember(stamps, now);
    const changed = [...this.#seen].filter(([path, { stamp }]) => stamp !== this.#loaded.get(path));
    if (changed.length === 0) {
      this.#changed_at = undefined;
      return;
    }
    this.#changed_at ??= now;
    const unsettled = changed.filter(([, { since }]) => now - since < limits.reload_settle_ms).map(([path]) => path);
    const is_waiting = unsettled.length > 0 && now - this.#changed_at < limits.reload_wait_ms;
    if (is_waiting || unsettled.length === changed.length) return this.#lookSoon();
    const kept = new Set(unsettled);
    const isStill = async (): Promise<boolean> => {
      const again = await this.#stamps();
      return changed.every(([path, { stamp }]) => kept.has(path) || again.get(path) === stamp);
    };
    if (await onChange({ unsettled: kept, isStill })) {
      const settled = changed.flatMap(([path, { stamp }]) => (kept.has(path) ? [] : [[path, stamp] as const]));
      this.#loaded = withStamps(this.#loaded, settled);
      this.#changed_at = undefined;
      if (unsettled.length === 0) return;
    }
    this.#lookSoon();
  }

  #remember(stamps: Stamps, now: number): void {
    const seen = new Map<string, Seen>();
    for (const path of new Set([...stamps.keys(), ...this.#loaded.keys()])) {
      const stamp = stamps.get(path);
      const before = this.#seen.get(path) ?? { stamp: this.#loaded.get(path), since: Number.NEGATIVE_INFINITY };
      seen.set(path, before.stamp === stamp ? before : { stamp, since: now });
    }
    this.#seen = seen;
  }

  /** What the files look like now. Also watches the folders that they are in. */
  async #stamps(): Promise<Stamps> {
    const stamps = new Map<string, string>();
    const folders = new Set<string>();
    const { paths, list = listFiles } = this.#options;
    for (const path of paths) {
      const absolute = resolve(path);
      folders.add(dirname(absolute));
      const listed = await list(absolute);
      if (listed.kind === 'fault') {
        if (!listed.is_gone) stamps.set(absolute, listed.fault.message);
        continue;
      }
      for (const folder of listed.folders) folders.add(folder);
      for (const file of listed.files) {
        const stamp = await stampOf(file);
        if (stamp !== undefined) stamps.set(file, stamp);
      }
    }
    this.#watch(folders);
    return stamps;
  }

  #watch(folders: ReadonlySet<string>): void {
    if (this.#is_closed) return;
    for (const [folder, watcher] of this.#watched) if (!folders.has(folder)) this.#unwatch(folder, watcher);
    for (const folder of folders) {
      if (this.#watched.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#lookSoon());
        // A folder that goes, or a limit of the system: looking every now and then does without events.
        watcher.on('error', () => this.#unwatch(folder, watcher));
        this.#watched.set(folder, watcher);
      } catch (error) {
        this.#options.log.debug('watch-failed', { folder, error });
      }
    }
  }

  #unwatch(folder: string, watcher: FSWatcher): void {
    watcher.close();
    if (this.#watched.get(folder) === watcher) this.#watched.delete(folder);
  }
}

/** Changes whenever the content may have changed, also when a link leads elsewhere. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    return code === 'ENOENT' ? undefined : code;
  }
}

function withStamps(stamps: Stamps, changes: readonly (readonly [string, string | undefined])[]): Stamps {
  const changed = new Map(stamps);
  for (const [path, stamp] of changes) {
    if (stamp === undefined) changed.delete(path);
    else changed.set(path, stamp);
  }
  return changed;
}
