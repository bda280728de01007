// What is kept of mirrored servers, for everybody who needs it: the snapshots that catalogues are linked with, looks by people and
// by the clock, approvals. Nothing that a call notices by itself is ever accepted by itself.
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import type { HttpClient } from '../../base/http-client.ts';
import type { Ids } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import { repeat } from '../../base/repeat.ts';
import type { SnapshotOf } from '../../catalog/brought.ts';
import type { NamedSource } from '../../catalog/catalogue.ts';
import { isMirroring, toSnapshot } from '../../catalog/mirror.ts';
import type { Listing, LookAs, MirroringSource, Saw } from '../../catalog/mirror.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Actor, ChangeRecord } from '../../ledger/changes.ts';
import type { Database } from '../../store/scope.ts';
import type { Store } from '../../store/store.ts';
import { changeMirror, readMirror, systemVersion, takeSystemLook } from './mirror-rows.ts';
import type { MirrorAt, MirrorRow } from './mirror-rows.ts';
import { afterApproval, afterLook, firstState, isSameState, snapshotOfState } from './mirror-state.ts';
import type { MirrorState } from './mirror-state.ts';

export interface MirrorDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** After a change of what a tenant has been given: this process sees it at once. */
  readonly forgetIdentities: () => void;
}

export interface Mirrors {
  readonly snapshotOf: SnapshotOf;
  readonly saw: Saw;
  read(at: MirrorAt): Promise<MirrorRow | undefined>;
  /** Looks now, as this person. Throws `source_unavailable`, `credential_refused`. */
  look(source: NamedSource, as: LookAs, options: LookOptions): Promise<MirrorState>;
  /** Throws `not_found`, `conflict`. */
  approve(at: MirrorAt, actor: Actor, approved: readonly Approved[]): Promise<MirrorState>;
  /** Looks at the operator's servers now and then; `files` gives them. */
  start(files: () => readonly NamedSource[], reload: () => Promise<void>, http: HttpClient): void;
  stop(): Promise<void>;
}

export interface LookOptions {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

export interface Approved {
  readonly name: string;
  /** Of the definition that was looked at. */
  readonly hash: string;
}

export function createMirrors(deps: MirrorDeps): Mirrors {
  const { store, clock, ids, log } = deps;
  const recording = new Set<Promise<void>>();
  let sweep: Sweep | undefined;
  const take: Take = async (seen) => {
    const { state, is_changed } = await keepSeen(deps, seen);
    if (is_changed) await changed(seen.at);
    return state;
  };

  async function changed(at: MirrorAt): Promise<void> {
    deps.forgetIdentities();
    if (sweep?.has(at) === true) await sweep.reload();
  }

  return {
    snapshotOf: async (scope, source) => {
      const row = await readMirror(store, { scope, source });
      return row && toSnapshot(snapshotOfState(row));
    },
    saw: (scope, source, listing) => {
      const done = take({ at: { scope, source }, listing, how: 'call', actor: 'server' })
        .then(() => undefined)
        .catch((error: unknown) => log.warn('mirror-not-kept', { source, error }))
        .finally(() => recording.delete(done));
      recording.add(done);
    },
    read: (at) => readMirror(store, at),
    look: async ({ name, scope, source }, as, { actor, signal }) => {
      const listing = await mirroringOf(source).look(as, signal);
      const state = await take({ at: { scope, source: name }, listing, how: 'look', actor });
      if (state === undefined) throw new TypeError('A look always leaves something');
      return state;
    },
    approve: async (at, actor, approved) => {
      const { state } = await changeMirror(store, at, {
        now: clock.now(),
        ids,
        change: (before) => {
          if (before === undefined) throw new ToolcribError('not_found');
          return afterApproval(toState(before), approved);
        },
        also: (db, target_id) => record(deps, { db, at }, { actor, action: 'mirror-approved', target_id }),
      });
      await changed(at);
      if (state === undefined) throw new ToolcribError('not_found');
      return state;
    },
    start: (files, reload, http) => {
      sweep = startSweep({ ...deps, files, reload, http, take });
    },
    stop: async () => {
      await sweep?.stop();
      await Promise.all(recording);
    },
  };
}

interface Seen {
  readonly at: MirrorAt;
  readonly listing: Listing;
  /** A first look counts only when somebody has asked for it. */
  readonly how: 'look' | 'call';
  readonly actor: Actor;
}

type Take = (seen: Seen) => Promise<MirrorState | undefined>;

/** Takes in what was seen. */
function keepSeen(deps: MirrorDeps, { at, listing, how, actor }: Seen) {
  return changeMirror(deps.store, at, {
    now: deps.clock.now(),
    ids: deps.ids,
    change: (before) => {
      if (before === undefined || before.identity !== listing.identity) {
        return how === 'look' ? firstState(listing) : undefined;
      }
      const after = afterLook(before, listing, { is_whole: how === 'look' });
      return isSameState(toState(before), after) ? undefined : after;
    },
    also: (db, target_id) => record(deps, { db, at }, { actor, action: 'mirror-looked', target_id }),
  });
}

type Recorded = Pick<ChangeRecord, 'action' | 'target_id'> & { readonly actor: Actor };

/** Those of the operator are in no tenant's audit. */
async function record(
  deps: MirrorDeps,
  { db, at: { scope } }: { readonly db: Database; readonly at: MirrorAt },
  change: Recorded,
): Promise<void> {
  if (scope.kind === 'tenant') await recordChange(db, deps, { tenant_id: scope.tenant_id, ...change });
}

/** Without when it was looked at. */
function toState({ identity, tools, refused }: MirrorState): MirrorState {
  return { identity, tools, refused };
}

function mirroringOf(source: NamedSource['source']): MirroringSource {
  if (isMirroring(source)) return source;
  throw new ToolcribError('conflict', { params: { problem: 'This source has no tools of another server' } });
}

interface SweepDeps extends MirrorDeps {
  readonly files: () => readonly NamedSource[];
  readonly reload: () => Promise<void>;
  readonly http: HttpClient;
  readonly take: Take;
}

interface Sweep {
  has(at: MirrorAt): boolean;
  readonly reload: () => Promise<void>;
  stop(): Promise<void>;
}

/** The operator's servers: a first look as soon as they are there, later ones by one process of all, not all at once. */
function startSweep({ store, clock, log, files, reload, http, take }: SweepDeps): Sweep {
  let version: string | undefined;
  const retry_at = new Map<string, number>();

  const own = (): readonly NamedSource[] => files().filter(({ source }) => isMirroring(source));

  async function lookAt({ name, scope, source, need }: NamedSource, stopping: AbortSignal): Promise<void> {
    // With whose account? Then only a person can look.
    if (!isMirroring(source) || need !== undefined) return;
    const at = { scope, source: name };
    const known = await readMirror(store, at);
    const is_new = known?.identity !== source.identity;
    const is_due =
      scope.kind === 'system'
        ? await takeSystemLook(store, { source: name, now: clock.now(), wait_ms: waitOf(source) })
        : known !== undefined && clock.now() - known.looked_at >= limits.mcp_sweep_ms;
    if (!is_new && !is_due) return;
    const tenant_id = scope.kind === 'tenant' ? scope.tenant_id : 'system';
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(limits.mcp_connect_ms * 2)]);
    const listing = await source.look({ tenant_id, user_id: 'system', http }, signal);
    await take({ at, listing, how: 'look', actor: 'server' });
  }

  async function round(stopping: AbortSignal): Promise<void> {
    const sources = own();
    if (sources.length === 0) return;
    const now = await systemVersion(store);
    // Another process has looked or approved.
    if (version !== undefined && version !== now) await reload();
    version = now;
    await Promise.all(
      sources.map(async (source) => {
        if ((retry_at.get(source.name) ?? 0) > clock.monotonic()) return;
        await lookAt(source, stopping).catch((error: unknown) => {
          retry_at.set(source.name, clock.monotonic() + limits.mcp_retry_ms);
          if (!stopping.aborted) log.warn('mirror-look-failed', { source: source.name, error });
        });
      }),
    );
  }

  const looking = repeat(round, {
    every_ms: limits.mcp_poll_ms,
    onError: (error) => log.warn('mirror-sweep-failed', { error }),
  });
  return {
    has: ({ scope, source }) =>
      own().some((one) => one.name === source && JSON.stringify(one.scope) === JSON.stringify(scope)),
    reload,
    stop: () => looking.stop(),
  };
}

/** Between two looks: not the same for all servers, so that they are not all looked at together. */
function waitOf({ identity }: MirroringSource): number {
  return limits.mcp_sweep_ms * (0.8 + (0.4 * Number.parseInt(identity.slice(0, 4), 16)) / 0xff_ff);
}
