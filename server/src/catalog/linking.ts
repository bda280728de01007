// What the linking of sources, tools and toolsets has in common.
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import type { HttpClient } from '../base/http-client.ts';
import type { Log } from '../base/log.ts';
import type { CredentialNeed } from '../credentials/credential.ts';
import type { Brought, SnapshotOf } from './brought.ts';
import type { Saw } from './mirror.ts';
import type { CallerSources } from './caller-sources.ts';
import type { Decoded } from './decode-entity.ts';
import { tellForeign } from './decoding.ts';
import type { Holder } from './lifetimes.ts';
import type { Source } from './source.ts';
import type { ToolScope } from './tool.ts';

/** A decoded entity with whom it is for and where its relative paths start. */
export type Scoped<Definition> = Decoded<Definition> & {
  readonly scope: ToolScope;
  readonly base_folder: string;
};

/** Everything of one sort that is defined for a scope itself; `failed` for what exists and cannot be used. */
export type NameTable<Item> = (scope: ToolScope) => ReadonlyMap<string, Item | 'failed'>;

export interface OpenSource {
  /** The kind's permanent name. */
  readonly type: string;
  readonly source: Source;
  /** Changes with its configuration. A digest of secrets: for keyed digests alone, never shown, stored or logged. */
  readonly revision: string;
  /** What its tools need of the caller; absent when they run with the account in the file. */
  readonly need?: CredentialNeed;
  /** Present when it brings tools of its own. */
  readonly bring?: () => Promise<Brought>;
  /** Present when every caller opens it with an account of their own. */
  readonly per_caller: CallerSources | undefined;
  /** Present when its tools use secret variables of the caller: names of those that every call needs. */
  readonly variables?: readonly string[];
  /** Whether its sessions have settings, which a statement written by the caller could undo. */
  readonly has_settings: boolean;
}

/** What kinds are given when something of theirs is opened. */
export interface LinkDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly http: HttpClient;
  /** What was kept for sources that bring tools of their own. */
  readonly snapshotOf: SnapshotOf;
  /** Is told what looks at mirrored servers have shown. */
  readonly saw?: Saw;
  /** Whether everything is defined over the API, in no file. */
  readonly of_definition?: boolean;
  /** What is opened; also what was opened for an earlier catalogue and has not changed. */
  readonly keep: Holder;
}

/** A scope as the key of a map. */
export function scopeKey(scope: ToolScope): string {
  return scope.kind === 'system' ? 'system' : `tenant ${scope.tenant_id}`;
}

/** Tells what a kind has thrown: the text of a catalogue error is public, anything else goes to the log only. */
export function tellThrown({ entity, decoding }: Decoded<unknown>, thrown: unknown, log: Log): void {
  if (!(thrown instanceof ToolcribError)) log.error('entity-failed', { path: entity.path, error: thrown });
  const { message, hint, faults } = thrown instanceof ToolcribError ? thrown : new ToolcribError('internal');
  tellForeign(decoding, entity.place, { path: entity.path, message, hint });
  for (const fault of faults) tellForeign(decoding, entity.place, { ...fault, path: `${entity.path}.${fault.path}` });
}
