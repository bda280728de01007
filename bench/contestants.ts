// Starts both servers side by side on the same file, and stops them together.
import type { BenchDeps } from './bench-deps.ts';
import type { Contestant } from './contestant.ts';
import type { DatabaseAddress } from './database.ts';
import type { BenchOptions } from './options.ts';
import { startPeer } from './peer.ts';
import { startToolcrib } from './toolcrib.ts';

/** Our server's name in tables and figures. */
export const ours = 'toolcrib';

export interface ContestantSetup {
  readonly catalogue_path: string;
  /** Where ours keeps its own state. */
  readonly store: DatabaseAddress;
  /** Addresses of this machine that ours may ask. */
  readonly allowed_private?: readonly string[];
}

export function startOurs(deps: BenchDeps, options: BenchOptions, setup: ContestantSetup): Promise<Contestant> {
  const { durability, profile } = options;
  return startToolcrib({ ...setup, name: ours, folder: deps.folder, durability, profile });
}

/** Undefined where there is no peer. */
export async function startTheirs(
  deps: BenchDeps,
  options: BenchOptions,
  { catalogue_path }: Pick<ContestantSetup, 'catalogue_path'>,
): Promise<Contestant | undefined> {
  const log_level = options.quiet_peer ? 'ERROR' : 'INFO';
  return deps.peer && startPeer({ program: deps.peer, catalogue_path, folder: deps.folder, log_level });
}

export interface Contestants extends AsyncDisposable {
  /** Ours first. */
  readonly all: readonly Contestant[];
}

export async function startContestants(
  deps: BenchDeps,
  options: BenchOptions,
  setup: ContestantSetup,
): Promise<Contestants> {
  await using stack = new AsyncDisposableStack();
  const toolcrib = stack.use(await startOurs(deps, options, setup));
  const peer = stack.use(await startTheirs(deps, options, setup));
  const all = peer === undefined ? [toolcrib] : [toolcrib, peer];
  for (const { name, version } of all) deps.tell(`${name}: ${version}`);
  const started = stack.move();
  return { all, [Symbol.asyncDispose]: () => started.disposeAsync() };
}
